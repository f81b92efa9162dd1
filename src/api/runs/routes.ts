/** Runs of code: what each found, read and wrote, and its script as it was (P16). */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { findRun, findScript, listRuns } from '../../db/ended-runs.ts';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/runs.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { presentation } from '../files/content-types.ts';
import { filePathOf } from '../files/files-path.ts';
import { bearer, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

const tags = ['runs'];
const params = workParams.extend({ number: shapes.runNumber });

const list = createRoute({
  method: 'get',
  path: '/{id}/runs',
  tags,
  security: bearer,
  description: 'The runs of code that have ended.',
  request: { params: workParams, query: shapes.runsQuery },
  responses: { 200: json(shapes.runPage, 'a page, the newest without a cursor'), ...errors(400, 401, 404) },
});
const read = createRoute({
  method: 'get',
  path: '/{id}/runs/{number}',
  tags,
  security: bearer,
  request: { params },
  responses: { 200: json(shapes.runInfo, 'the run'), ...errors(401, 404) },
});

export function runRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const workId = await ownWork(c, c.req.valid('param').id);
    const { runs, next } = await listRuns(db, workId, { limit, before: cursor });
    return c.json({ items: runs, ...(next === undefined ? {} : { nextCursor: next }) }, 200);
  });

  app.openapi(read, async (c) => {
    const { id, number: wanted } = c.req.valid('param');
    const run = await findRun(db, await ownWork(c, id), wanted);
    if (run === undefined) throw notFound('run');
    return c.json(run, 200);
  });

  // A path has slashes, which OpenAPI's parameters do not: described here and routed below.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/{id}/runs/{number}/files/{path}',
    tags,
    security: bearer,
    description: 'Bytes as of that run: of its script.',
    request: { params: params.extend({ path: z.string().max(16_384) }) },
    responses: { 200: { description: 'the file' }, ...errors(400, 401, 404) },
  });

  app.get('/:id/runs/:number/files/:path{.+}', async (c) => {
    const named = z.object({ id: uuid.toLowerCase(), number: shapes.runNumber }).safeParse(c.req.param());
    if (!named.success) throw notFound('run');
    const path = filePathOf(c);
    const script = await findScript(db, await ownWork(c, named.data.id), named.data.number);
    if (script === undefined || script.path !== path) throw notFound('file as of this run');
    const { type, disposition } = presentation(path, c.req.query('download') !== undefined);
    return c.body(script.code, 200, {
      ETag: `"${script.sha256}"`,
      'Cache-Control': 'private, no-cache',
      'Content-Type': type,
      'Content-Disposition': disposition,
    });
  });

  return app;

  /** @throws ApiError not_found where the Work is not that person's */
  async function ownWork(c: Context<ApiEnv>, workId: string): Promise<string> {
    const ownerId = c.get('identity').userId;
    if ((await findExtent(db, { workId, ownerId })) === undefined) throw notFound('Work');
    return workId;
  }
}
