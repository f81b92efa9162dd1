/**
 * What anybody reads by a shared link, without an account (H8, P24). Nothing here writes, runs or spends: GET alone, each
 * of them after the link was looked up and counted.
 */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { onBehalfOf } from '../../db/askers.ts';
import { PAGE_BYTES, readMessages } from '../../db/messages.ts';
import { takeRate } from '../../db/rates.ts';
import { findShare, mayResume, type OpenShare } from '../../db/shares.ts';
import { readSnapshot, type Snapshot } from '../../db/snapshot.ts';
import { findExtent } from '../../db/works.ts';
import { sharedMessage, sharedMessages, sharedOutcome, sharedStep } from '../../domain/shares.ts';
import * as fileShapes from '../../protocol/files.ts';
import * as shapes from '../../protocol/shares.ts';
import { SNAPSHOT_MESSAGES } from '../../protocol/socket.ts';
import { messagePage } from '../../protocol/works.ts';
import { PAPER, titleOfPaper } from '../../workspace/paper.ts';
import { notFound, rateLimited } from '../api-error.ts';
import { clientNetwork } from '../auth/client-network.ts';
import { hashOf } from '../auth/tokens.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { fileList } from '../files/file-list.ts';
import { filePathOf } from '../files/files-path.ts';
import { sendFile } from '../files/send-file.ts';
import { cursor, cursorOf, streamView } from '../live/stream-view.ts';
import { takeReaderPlaces } from '../live/take-places.ts';
import { openView } from '../live/view.ts';
import type { OwnPapers } from '../provenance/own-papers.ts';
import { errors, json, pageOf } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { createSharedFiles } from './shared-files.ts';
import { sharedSink } from './shared-sink.ts';

/** Requests of a network a minute, over all apis: a class that opens a paper with its figures, and no program that guesses. */
const REQUESTS_PER_MINUTE = 1_200;
/** A stream ends once a day, so that what it was opened by is looked up again. */
const STREAM_MS = 24 * 3_600_000;

const tags = ['shares'];
const params = z.object({ token: shapes.shareToken });

const look = createRoute({
  method: 'get',
  path: '/{token}',
  tags,
  description:
    'What is shared: of a Work its newest messages, of a paper where it is. Without a token of a person.',
  request: { params },
  responses: { 200: json(shapes.sharedPage, 'what is shared'), ...errors(404, 429) },
});
const messages = createRoute({
  method: 'get',
  path: '/{token}/messages',
  tags,
  request: { params, query: shapes.sharedMessagesQuery },
  responses: { 200: json(messagePage, 'a page, the newest without a cursor'), ...errors(400, 404, 429) },
});
const files = createRoute({
  method: 'get',
  path: '/{token}/files',
  tags,
  request: { params },
  responses: { 200: json(fileShapes.fileList, 'the files that are shared'), ...errors(404, 429) },
});
const events = createRoute({
  method: 'get',
  path: '/{token}/events',
  tags,
  description:
    'Resumes from Last-Event-ID, or from `after`; a Work’s begins with a snapshot without either, and where the conversation was rewound since, or the link is newer. A paper’s says that files have changed.',
  request: { params, query: z.object({ after: cursor.optional() }) },
  responses: {
    200: { description: 'events', content: { 'text/event-stream': { schema: z.string() } } },
    ...errors(400, 404, 429),
  },
});

export function sharedRoutes(deps: ApiDependencies, papers: Pick<OwnPapers, 'threads'>): Router {
  const { db } = deps;
  const app = createRouter();
  const shared = createSharedFiles(deps.dataDir, papers.threads);
  const networkOf = (c: Context) => clientNetwork(c, deps.config.trustedProxies);

  /** @throws ApiError not_found, whatever is wrong with the link; rate_limited */
  async function shareOf(c: Context<ApiEnv>): Promise<OpenShare> {
    const network = networkOf(c);
    const wait = await onBehalfOf(network, () => takeRate(db, `share:${network}`, REQUESTS_PER_MINUTE));
    if (wait > 0) throw rateLimited(wait, 'requests');
    const token = c.req.param('token') ?? '';
    const share = await onBehalfOf(network, () => findShare(db, hashOf(token)));
    if (share === undefined) throw notFound('shared page');
    return share;
  }

  app.openapi(look, async (c) => {
    const share = await shareOf(c);
    const { what, workId, expiresAt } = share;
    if (what === 'paper') {
      // The Work's own title may be the beginning of what was said.
      const title = (await titleOfPaper(shared.workspaceOf(share))) ?? '';
      return c.json({ what, title, expiresAt, paper: PAPER }, 200);
    }
    const snapshot = await readSnapshot(db, workId, SNAPSHOT_MESSAGES, PAGE_BYTES);
    if (snapshot === undefined) throw notFound('shared page');
    return c.json(
      { what, title: share.title, expiresAt, paper: PAPER, conversation: shownOf(snapshot) },
      200,
    );
  });

  app.openapi(messages, async (c) => {
    const { what, workId } = await shareOf(c);
    if (what !== 'work') throw notFound('shared page');
    const { limit, cursor: before } = c.req.valid('query');
    const page = await readMessages(db, workId, {
      ...{ limit, bytes: PAGE_BYTES },
      ...(before === undefined ? {} : { before }),
    });
    return c.json(pageOf(sharedMessages(page.messages), page.cursor), 200);
  });

  app.openapi(files, async (c) => {
    const share = await shareOf(c);
    return c.json(fileList(await shared.list(share, c.req.raw.signal)), 200);
  });

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/{token}/files/{path}',
    tags,
    description: 'Honours Range, If-None-Match; `?download` has it saved.',
    request: { params: params.extend({ path: z.string().max(16_384) }) },
    responses: { 200: { description: 'the file' }, ...errors(400, 404, 416, 429) },
  });
  app.get('/:token/files/:path{.+}', async (c) => {
    const share = await shareOf(c);
    const path = filePathOf(c);
    if (!(await shared.mayRead(share, path, c.req.raw.signal))) throw notFound('file');
    return await sendFile(c, shared.workspaceOf(share), path, (breakOff) =>
      deps.sessions.watch(share.id, breakOff),
    );
  });

  app.openapi(events, async (c) => {
    const share = await shareOf(c);
    const { workId, ownerId, what } = share;
    const asked = cursorOf(c, c.req.valid('query').after);
    const leave = takeReaderPlaces(deps.openStreams, share.id, networkOf(c));
    const view = await viewOf(asked).catch((error: unknown) => {
      leave();
      throw error;
    });
    if (view === undefined) {
      leave();
      throw notFound('shared page');
    }

    const left = share.expiresAt === null ? STREAM_MS : Date.parse(share.expiresAt) - Date.now();
    return streamView(deps, c, {
      ...{ view, openedBy: share.id, leave },
      snapshot: view.snapshot && what === 'work' ? shownOf(view.snapshot) : undefined,
      endsInMs: Math.max(0, Math.min(left, STREAM_MS)),
      through: (sink) => sharedSink(db, { workId, what }, sink),
    });

    /** Of a paper nothing that was said is read. */
    async function viewOf(after: number | undefined) {
      if (what === 'work') {
        const isTheirs = after !== undefined && (await mayResume(db, share, after));
        return await openView(deps, { workId, ownerId, after: isTheirs ? after : undefined });
      }
      const extent = await findExtent(db, { workId, ownerId });
      return extent && (await openView(deps, { workId, ownerId, after: extent.lastSeq }));
    }
  });

  return app;
}

/** A snapshot as a reader is shown it. That a person is asked something is between them and the agent. */
function shownOf({ seq, status, messages, outcomes, cursor, running: answer, plan }: Snapshot) {
  const running = answer && sharedMessage(answer);
  return {
    seq,
    status: status === 'asking' ? ('running' as const) : status,
    messages: sharedMessages(messages),
    outcomes: outcomes.map(sharedOutcome),
    ...(cursor === undefined ? {} : { cursor }),
    ...(running === undefined ? {} : { running }),
    ...(plan === undefined ? {} : { plan: { ...plan, steps: plan.steps.map(sharedStep) } }),
  };
}
