/** The plan of a Work, read and changed by its person (H3). */
import { createRoute } from '@hono/zod-openapi';
import { changePlan, readPlan } from '../../db/plans.ts';
import { findExtent } from '../../db/works.ts';
import { plan, planChange } from '../../protocol/plans.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const tags = ['conversation'];

const read = createRoute({
  method: 'get',
  path: '/{id}/plan',
  tags,
  security: bearer,
  description: 'What the agent means to do, and how far it is.',
  request: { params: workParams },
  responses: { 200: json(plan, 'without steps where there is none'), ...errors(401, 404) },
});
const change = createRoute({
  method: 'put',
  path: '/{id}/plan',
  tags,
  security: bearer,
  description:
    'Changes the plan; the agent goes on by it. No steps take it away. The same again changes nothing.',
  request: { params: workParams, body: body(planChange) },
  responses: { 200: json(plan, 'as it is now'), ...errors(400, 401, 404, 409, 413, 429) },
});

export function planRoutes({ db, config }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param');
    if ((await findExtent(db, { workId: id, ownerId: c.get('identity').userId })) === undefined)
      throw notFound('Work');
    return c.json((await readPlan(db, id)) ?? { version: 0, by: 'person' as const, steps: [] }, 200);
  });

  app.openapi(change, async (c) => {
    const own = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const changed = await changePlan(db, own, c.req.valid('json'), config.rateMessagesPerMinute);
    if (changed.kind === 'not_found') throw notFound('Work');
    if (changed.kind === 'limited') throw rateLimited(changed.retryAfter, 'messages');
    const { kind, ...now } = changed;
    if (kind === 'changed')
      throw new ApiError('conflict', 'The plan was changed meanwhile; it is in the details.', {
        details: now,
      });
    return c.json(now, 200);
  });

  return app;
}
