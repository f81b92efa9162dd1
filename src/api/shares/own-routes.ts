/** A person's links to a Work of theirs (H8, P24): made, listed and ended. */
import { createRoute } from '@hono/zod-openapi';
import { addShare, listShares, MOST_SHARES, removeShare } from '../../db/shares.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/shares.ts';
import { ApiError, notFound } from '../api-error.ts';
import { newShareToken } from '../auth/tokens.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const tags = ['shares'];
const params = workParams.extend({ sid: uuid.toLowerCase().meta({ param: { name: 'sid', in: 'path' } }) });

const make = createRoute({
  method: 'post',
  path: '/{id}/shares',
  tags,
  security: bearer,
  description: 'An address at which anybody reads it until it is deleted. It is told here and never again.',
  request: { params: workParams, body: body(shapes.newShare) },
  responses: { 201: json(shapes.madeShare, 'the address'), ...errors(400, 401, 403, 404, 413) },
});
const list = createRoute({
  method: 'get',
  path: '/{id}/shares',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 200: json(shapes.shares, 'those that lead somewhere, the newest first'), ...errors(401, 404) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}/shares/{sid}',
  tags,
  security: bearer,
  description: 'Ends it at once, for those who read at present, too.',
  request: { params },
  responses: { 204: { description: 'ended' }, ...errors(401, 404) },
});

export function ownShareRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(make, async (c) => {
    const work = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const { what, expiresAt = null } = c.req.valid('json');
    const { token, hash } = newShareToken();
    const made = await addShare(db, { ...work, what, expiresAt, hash, hint: token.slice(-4) });
    if (made === undefined) throw notFound('Work');
    if (made === 'past') throw new ApiError('bad_request', 'expiresAt: say a time that is still to come.');
    if (made === 'full')
      throw new ApiError(
        'quota_exceeded',
        `There may be ${MOST_SHARES.work} links to a Work, and ${MOST_SHARES.account} of a person (${MOST_SHARES.guest} of a guest). End one that is no longer used.`,
      );
    return c.json({ ...made, url: `${new URL(c.req.url).origin}/s/${token}` }, 201);
  });

  app.openapi(list, async (c) => {
    const work = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const items = await listShares(db, work);
    if (items === undefined) throw notFound('Work');
    return c.json({ items }, 200);
  });

  app.openapi(remove, async (c) => {
    const { id: workId, sid: id } = c.req.valid('param');
    if (!(await removeShare(db, { id, workId, ownerId: c.get('identity').userId }))) throw notFound('link');
    return c.body(null, 204);
  });

  return app;
}
