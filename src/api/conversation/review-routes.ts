/** What the reviewer of a Work said of its paper (H5). */
import { createRoute } from '@hono/zod-openapi';
import { listReviews } from '../../db/reviews.ts';
import { findExtent } from '../../db/works.ts';
import { reviewPage } from '../../protocol/reviews.ts';
import { messagesQuery } from '../../protocol/works.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const list = createRoute({
  method: 'get',
  path: '/{id}/reviews',
  tags: ['conversation'],
  security: bearer,
  description: 'Each round of review, with its verdict and points; what was said in full is the message.',
  request: { params: workParams, query: messagesQuery },
  responses: { 200: json(reviewPage, 'a page'), ...errors(400, 401, 404) },
});

export function reviewRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    if ((await findExtent(db, { workId: id, ownerId: c.get('identity').userId })) === undefined)
      throw notFound('Work');
    return c.json(await listReviews(db, id, c.req.valid('query')), 200);
  });

  return app;
}
