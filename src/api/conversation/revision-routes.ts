/** One message of a Work: edited or withdrawn while it is queued, run again once it was said. */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { message, uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/works.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { placeOf } from '../middleware/trace-requests.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { editMessage, runAgain, takeBackMessage } from './revise.ts';
import type { Person } from './send-message.ts';

const tags = ['conversation'];
const params = workParams.extend({ mid: uuid.toLowerCase().meta({ description: 'of a message' }) });

const change = createRoute({
  method: 'patch',
  path: '/{id}/messages/{mid}',
  tags,
  security: bearer,
  description: 'Changes a message while it is queued. `delivery: "steer"` lets the running turn take it.',
  request: { params, body: body(shapes.messageChange) },
  responses: { 200: json(message, 'as it is now'), ...errors(400, 401, 404, 409, 413, 429) },
});
const withdraw = createRoute({
  method: 'delete',
  path: '/{id}/messages/{mid}',
  tags,
  security: bearer,
  description: 'Withdraws a message while it is queued.',
  request: { params },
  responses: { 204: { description: 'no turn will answer it' }, ...errors(401, 404, 409) },
});
const rerun = createRoute({
  method: 'post',
  path: '/{id}/messages/{mid}/rerun',
  tags,
  security: bearer,
  description:
    'Runs the conversation again from a person’s message, perhaps in other words: it and what follows it leave ' +
    'the conversation, and a new message takes its place. A turn that runs is stopped first.',
  request: { params, body: body(shapes.rerunBody) },
  responses: {
    202: json(shapes.accepted, 'the new message is stored'),
    ...errors(400, 401, 403, 404, 409, 413, 429),
  },
});

export function revisionRoutes(deps: ApiDependencies): Router {
  const app = createRouter();

  const by = (c: Context<ApiEnv>, workId: string): Person => ({ workId, ownerId: c.get('identity').userId });

  app.openapi(change, async (c) => {
    const { id, mid } = c.req.valid('param');
    return c.json(await editMessage(deps, by(c, id), mid, c.req.valid('json')), 200);
  });

  app.openapi(withdraw, async (c) => {
    const { id, mid } = c.req.valid('param');
    await takeBackMessage(deps, by(c, id), mid);
    return c.body(null, 204);
  });

  app.openapi(rerun, async (c) => {
    const { id, mid } = c.req.valid('param');
    const again = c.req.valid('json');
    const answer = { id: again.id, ...(await runAgain(deps, by(c, id), mid, again)) };
    c.set('place', placeOf(id, answer));
    return c.json(answer, 202);
  });

  return app;
}
