/**
 * AG-UI on the Works of a person (I4): a run is the turn that answers the last message of the user. Whoever lost the
 * connection runs it again with the same messages, and gets the same answer from its beginning; going away stops nothing.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { ERRORS } from '../../protocol/errors.ts';
import { MAX_HISTORY_BYTES, MAX_HISTORY_NAME_CHARACTERS } from '../../protocol/limits.ts';
import { stopAnswer as stopShape } from '../../protocol/works.ts';
import { ApiError, notFound, toldOf } from '../api-error.ts';
import { abandon, answerOrFollow } from '../conversation/answer-ask.ts';
import { ask, beginWaiting, type Waiting } from '../conversation/await-answer.ts';
import { requestStop } from '../conversation/send-message.ts';
import { sseData, streamAnswer } from '../conversation/stream-answer.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { fileLink } from '../files/file-links.ts';
import { limitTo } from '../middleware/limit-body.ts';
import { requireUser } from '../middleware/require-user.ts';
import { readJson } from '../read-json.ts';
import { bearer, body, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { conversationWork, findConversation, idFrom } from '../works/named-work.ts';
import { type Asked, askedOf, readRunInput, runInput } from './requests.ts';
import { createRun, type RunEvent } from './run-events.ts';

export function agUiRoutes(deps: ApiDependencies): Router {
  const app = createRouter();
  describeRoutes(app);
  app.onError((error, c) => answerRunError(c, error));
  app.use(requireUser(deps.tokens), limitTo(MAX_HISTORY_BYTES));

  app.post('/', async (c) => {
    const input = readRunInput(await readJson(c));
    const asked = askedOf(input);
    const workId = await conversationWork(deps, c, input.threadId);
    const waiting = await beginRun(deps, c, workId, asked);
    const { origin } = new URL(c.req.url);
    const linkTo = (path: string) => fileLink(origin, workId, path);
    const { threadId, runId, whole: messages } = input;
    const run = createRun({ threadId, runId, workId, messages, linkTo });
    return streamAnswer(deps, c, waiting, {
      async *translate(events) {
        yield* run.begin().map(sseData);
        for await (const event of events) yield* run.take(event).map(sseData);
      },
      say: (error) => sseData(runError(c, error)),
    });
  });

  app.post('/threads/:id/stop', async (c) => {
    const { userId: ownerId } = c.get('identity');
    const workId = await findConversation(deps, ownerId, c.req.param('id'));
    if (workId === undefined) throw notFound('thread');
    return c.json({ turn: await requestStop(deps, { workId, ownerId }, null) }, 202);
  });

  app.all('/*', () => {
    throw new ApiError(
      'not_found',
      'There is no such route. docs/clients.md lists what there is under /ag-ui.',
    );
  });

  return app;
}

/**
 * Says or answers what the run is for. A question that was answered elsewhere meanwhile is no error: a client may begin no
 * other run before it has answered, and the turn that it follows went on.
 */
async function beginRun(
  deps: ApiDependencies,
  c: Context<ApiEnv>,
  workId: string,
  asked: Asked,
): Promise<Waiting> {
  const { userId: ownerId } = c.get('identity');
  if (asked.kind === 'message') {
    const messageId = idFrom(ownerId, workId, 'message', asked.id);
    return await ask(deps, c, { workId, messageId }, asked.text);
  }
  const { askId } = asked;
  const person = { workId, ownerId };
  if (asked.kind === 'answer') await answerOrFollow(deps, person, askId, asked.answer);
  else await abandon(deps, person, askId);
  return beginWaiting(deps, c, { workId, messageId: askId });
}

function runError(c: Context<ApiEnv>, error: unknown): RunEvent {
  const { code, message } = toldOf(c, error);
  return { type: 'RUN_ERROR', message, code };
}

/** A run that never began: its one event, with the status that says why. */
function answerRunError(c: Context<ApiEnv>, error: unknown): Response {
  const { code, retryAfter } = toldOf(c, error);
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
  c.header('Content-Type', 'text/event-stream; charset=utf-8');
  return c.body(sseData(runError(c, error)), ERRORS[code].status);
}

function describeRoutes({ openAPIRegistry }: Router): void {
  const common = { tags: ['AG-UI'], security: bearer };
  const stream = { 'text/event-stream': { schema: z.string() } };
  const refusals = Object.fromEntries(
    [400, 401, 403, 404, 413, 429].map((status) => [status, { description: 'RUN_ERROR', content: stream }]),
  );
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/',
    description:
      'Takes a RunAgentInput: says its last user message in the thread’s Work, or answers the question of the run before (`resume`), and answers with the run’s events.',
    request: { body: body(runInput) },
    responses: { 200: { description: 'the events', content: stream }, ...refusals },
  });
  const id = z
    .string()
    .max(MAX_HISTORY_NAME_CHARACTERS)
    .meta({ param: { name: 'id', in: 'path' } });
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/threads/{id}/stop',
    request: { params: z.object({ id }) },
    responses: { 202: json(stopShape, 'what was asked to stop'), ...refusals },
  });
}
