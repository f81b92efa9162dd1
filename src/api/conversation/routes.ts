/** The conversation over REST: the same as the socket's frames, for scripts; and the workflow behind it. */
import { createRoute } from '@hono/zod-openapi';
import { PAGE_BYTES, readMessages } from '../../db/messages.ts';
import { readSnapshot } from '../../db/snapshot.ts';
import { findExtent } from '../../db/works.ts';
import { newMessage, stopBody } from '../../protocol/frames.ts';
import * as shapes from '../../protocol/works.ts';
import { describeWork } from '../../temporal/work-client.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { placeOf } from '../middleware/trace-requests.ts';
import { bearer, body, errors, json, pageOf, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { requestStop, sendMessage } from './send-message.ts';

/** How long a workflow may take to say what it is doing. */
const QUERY_MS = 3_000;

const tags = ['conversation'];

const list = createRoute({
  method: 'get',
  path: '/{id}/messages',
  tags,
  security: bearer,
  request: { params: workParams, query: shapes.messagesQuery },
  responses: {
    200: json(shapes.messagePage, 'a page, the newest without a cursor'),
    ...errors(400, 401, 404),
  },
});
const send = createRoute({
  method: 'post',
  path: '/{id}/messages',
  tags,
  security: bearer,
  request: { params: workParams, body: body(newMessage) },
  responses: {
    202: json(shapes.accepted, 'it is stored and cannot be lost any more'),
    ...errors(400, 401, 403, 404, 409, 413, 429),
  },
});
const stop = createRoute({
  method: 'post',
  path: '/{id}/stop',
  tags,
  security: bearer,
  request: { params: workParams, body: { ...body(stopBody), required: false } },
  responses: { 202: json(shapes.stopAnswer, 'what was asked to stop'), ...errors(400, 401, 404) },
});
const workflow = createRoute({
  method: 'get',
  path: '/{id}/workflow',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: {
    200: json(shapes.workflowInfo, 'what the workflow says it is doing'),
    ...errors(401, 404, 503),
  },
});

export function conversationRoutes(deps: ApiDependencies): Router {
  const { db, temporal, config } = deps;
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { id: workId } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    if ((await findExtent(db, { workId, ownerId: c.get('identity').userId })) === undefined) {
      throw notFound('Work');
    }
    if (cursor !== undefined) {
      const older = await readMessages(db, workId, { limit, bytes: PAGE_BYTES, before: cursor });
      return c.json(pageOf(older.messages, older.cursor), 200);
    }
    const snapshot = await readSnapshot(db, workId, limit, PAGE_BYTES);
    if (snapshot === undefined) throw notFound('Work');
    return c.json(pageOf(snapshot.messages, snapshot.cursor), 200);
  });

  app.openapi(send, async (c) => {
    const person = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const message = c.req.valid('json');
    const { duplicate } = await sendMessage(deps, person, message);
    c.set('place', placeOf(person.workId, { id: message.id, duplicate }));
    return c.json({ id: message.id, duplicate }, 202);
  });

  app.openapi(stop, async (c) => {
    const person = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const { turn } = c.req.valid('json') ?? {};
    return c.json({ turn: await requestStop(deps, person, turn ?? null) }, 202);
  });

  app.openapi(workflow, async (c) => {
    const { id: workId } = c.req.valid('param');
    if ((await findExtent(db, { workId, ownerId: c.get('identity').userId })) === undefined) {
      throw notFound('Work');
    }
    const view = await describeWork(temporal, workId, QUERY_MS).catch((err: unknown) => {
      c.get('log').warn({ err }, 'Temporal did not describe a workflow');
      throw new ApiError('unavailable', 'Temporal does not answer at present.', { retryAfter: 1 });
    });
    const { namespace } = temporal.options;
    const path = `/namespaces/${namespace}/workflows/${view.workflowId}`;
    const url =
      config.temporalUiUrl && view.runId ? `${config.temporalUiUrl}${path}/${view.runId}/history` : null;
    return c.json({ ...view, url }, 200);
  });

  return app;
}
