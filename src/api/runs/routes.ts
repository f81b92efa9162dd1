/** Runs of code: what each found, read and wrote, and its script as it was (P16). */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { findRun, findScript, listRuns } from '../../db/ended-runs.ts';
import { findBlobs } from '../../db/versions.ts';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/runs.ts';
import { historyFolder } from '../../versions/store-files.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { presentation } from '../files/content-types.ts';
import { filePathOf } from '../files/files-path.ts';
import { bearer, errors, json, pageOf, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { streamBody } from '../stream-body.ts';
import { openOld } from '../versions/routes.ts';

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

export function runRoutes({ db, dataDir }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const workId = await ownWork(c, c.req.valid('param').id);
    const { runs, next } = await listRuns(db, workId, { limit, before: cursor });
    return c.json(pageOf(runs, next), 200);
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
    description: 'Bytes as of that run: of its script, of what it wrote, else of what it read.',
    request: { params: params.extend({ path: z.string().max(16_384) }) },
    responses: { 200: { description: 'the file' }, ...errors(400, 401, 404) },
  });

  app.get('/:id/runs/:number/files/:path{.+}', async (c) => {
    const named = z.object({ id: uuid.toLowerCase(), number: shapes.runNumber }).safeParse(c.req.param());
    if (!named.success) throw notFound('run');
    const path = filePathOf(c);
    const workId = await ownWork(c, named.data.id);
    const script = await findScript(db, workId, named.data.number);
    const { type, disposition } = presentation(path, c.req.query('download') !== undefined);
    const headers = (sha256: string) => ({
      ETag: `"${sha256}"`,
      'Cache-Control': 'private, no-cache',
      'Content-Type': type,
      'Content-Disposition': disposition,
    });
    if (script?.path === path) return c.body(script.code, 200, headers(script.sha256));
    const run = await findRun(db, workId, named.data.number);
    const then = [...(run?.writes ?? []), ...(run?.reads ?? [])].find((file) => file.path === path);
    if (!then?.sha256) throw notFound('file as of this run');
    const [blob = null] = await findBlobs(db, workId, [then.sha256]);
    const stream = await openOld(historyFolder(dataDir, workId), { sha256: then.sha256, blob });
    return c.body(streamBody(stream), 200, headers(then.sha256));
  });

  return app;

  /** @throws ApiError not_found where the Work is not that person's */
  async function ownWork(c: Context<ApiEnv>, workId: string): Promise<string> {
    const ownerId = c.get('identity').userId;
    if ((await findExtent(db, { workId, ownerId })) === undefined) throw notFound('Work');
    return workId;
  }
}
