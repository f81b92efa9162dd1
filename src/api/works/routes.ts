/** Works: create, list, open, rename, delete (F1). */
import { createRoute } from '@hono/zod-openapi';
import { deleteWork } from '../../db/work-deletion.ts';
import { changeWork, findWork, listWorks } from '../../db/works.ts';
import * as shapes from '../../protocol/works.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { checkModelChoice } from '../models/model-choice.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { copyWork } from './copy-work.ts';
import { finishDeletion } from './deletion.ts';
import { decodeCursor, encodeCursor } from './list-cursor.ts';
import { makeWork, preferredLanguage } from './new-work.ts';

const tags = ['works'];
const work = json(shapes.work, 'the Work');

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  request: { query: shapes.worksQuery },
  responses: { 200: json(shapes.workPage, 'those that changed last first'), ...errors(400, 401) },
});
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  request: { body: body(shapes.newWork) },
  responses: { 201: work, ...errors(400, 401, 403, 404, 413) },
});
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 200: work, ...errors(401, 404) },
});
const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: workParams, body: body(shapes.workChange) },
  responses: { 200: work, ...errors(400, 401, 404, 413) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 204: { description: 'deleted' }, ...errors(401, 404) },
});

const duplicate = createRoute({
  method: 'post',
  path: '/{id}/duplicate',
  tags,
  security: bearer,
  description:
    'Copies the files as they are and the conversation up to the last turn that ended, with new ids.',
  request: { params: workParams, body: { ...body(shapes.workCopy), required: false } },
  responses: { 201: json(shapes.work, 'the copy'), ...errors(400, 401, 403, 404, 413) },
});

export function workRoutes(deps: ApiDependencies): Router {
  const { db, log } = deps;
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { q, limit, cursor } = c.req.valid('query');
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const { items, next } = await listWorks(db, c.get('identity').userId, { q, limit, after });
    return c.json({ items, ...(next ? { nextCursor: encodeCursor(next) } : {}) }, 200);
  });

  app.openapi(create, async (c) => {
    const wish = c.req.valid('json');
    const language = wish.language ?? preferredLanguage(c);
    return c.json(await makeWork(deps, c.get('identity').userId, wish, language), 201);
  });

  app.openapi(read, async (c) => {
    const found = await findWork(db, { workId: c.req.valid('param').id, ownerId: c.get('identity').userId });
    if (found === undefined) throw notFound('Work');
    return c.json(found, 200);
  });

  app.openapi(change, async (c) => {
    const own = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const wish = c.req.valid('json');
    await checkModelChoice(db, own.ownerId, wish.models);
    const changed = await changeWork(db, own, wish);
    if (changed === undefined) throw notFound('Work');
    return c.json(changed, 200);
  });

  app.openapi(duplicate, async (c) => {
    const own = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    return c.json(await copyWork(deps, own, c.req.valid('json') ?? {}), 201);
  });

  app.openapi(remove, async (c) => {
    const workId = c.req.valid('param').id;
    if (!(await deleteWork(db, { workId, ownerId: c.get('identity').userId }))) throw notFound('Work');
    finishDeletion(deps, workId).catch((err: unknown) =>
      log.warn({ err, workId }, 'the deletion is accepted; a job will finish it'),
    );
    return c.body(null, 204);
  });

  return app;
}
