/** What agents ask a person, listed and answered (P21). */
import { createRoute } from '@hono/zod-openapi';
import { listAsks } from '../../db/asks.ts';
import { findExtent } from '../../db/works.ts';
import { answerBody, answerGiven, askPage } from '../../protocol/asks.ts';
import { uuid } from '../../protocol/messages.ts';
import { messagesQuery } from '../../protocol/works.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, pageOf, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { answerQuestion } from './answer-ask.ts';

const tags = ['conversation'];

const list = createRoute({
  method: 'get',
  path: '/{id}/asks',
  tags,
  security: bearer,
  description: 'What the agent has asked. A Work whose `status` is `asking` waits for the first of them.',
  request: { params: workParams, query: messagesQuery },
  responses: { 200: json(askPage, 'a page, the newest without a cursor'), ...errors(400, 401, 404) },
});
const answer = createRoute({
  method: 'post',
  path: '/{id}/asks/{askId}',
  tags,
  security: bearer,
  description: 'Answers a question. The first answer counts; the same again is answered as it was.',
  request: {
    params: workParams.extend({ askId: uuid.toLowerCase().meta({ description: 'of a question' }) }),
    body: body(answerBody),
  },
  responses: {
    200: json(answerGiven, 'the answer is stored, and the turn goes on with it'),
    ...errors(400, 401, 404, 409, 413),
  },
});

export function askRoutes(deps: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { id: workId } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    if ((await findExtent(deps.db, { workId, ownerId: c.get('identity').userId })) === undefined) {
      throw notFound('Work');
    }
    const { items, next } = await listAsks(deps.db, workId, { limit, before: cursor });
    return c.json(pageOf(items, next), 200);
  });

  app.openapi(answer, async (c) => {
    const { id: workId, askId } = c.req.valid('param');
    const person = { workId, ownerId: c.get('identity').userId };
    const answered = await answerQuestion(deps, person, askId, c.req.valid('json'));
    if (answered === undefined) throw notFound('question');
    const { duplicate: _same, ...given } = answered;
    return c.json({ id: askId, ...given }, 200);
  });

  return app;
}
