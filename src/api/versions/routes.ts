/** Versions of a Work's files: listed, read, compared, brought back (P18). */
import { randomUUID } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { differencesBetween, filesOf, hasSnapshot, historyOf, listSnapshots } from '../../db/old-files.ts';
import { findRestore, orderRestore } from '../../db/restores.ts';
import { diskSharesOf } from '../../db/room.ts';
import type { StoredBlob } from '../../db/versions.ts';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import * as shapes from '../../protocol/versions.ts';
import { openBlob } from '../../versions/blob-store.ts';
import { LostBytes } from '../../versions/lost-bytes.ts';
import { finishRestore } from '../../versions/restore.ts';
import { historyFolder } from '../../versions/store-files.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { mustHaveRoom } from '../../workspace/disk-room.ts';
import { segmentsOf } from '../../workspace/relative-path.ts';
import { openWorkspace } from '../../workspace/workspace.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { presentation } from '../files/content-types.ts';
import { filePathOf } from '../files/files-path.ts';
import { bearer, body, errors, json, pageOf, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { streamBody } from '../stream-body.ts';

const tags = ['versions'];
const params = workParams.extend({ sid: uuid.toLowerCase().meta({ description: 'of a snapshot' }) });

const list = createRoute({
  method: 'get',
  path: '/{id}/snapshots',
  tags,
  security: bearer,
  description: 'The states of the files that are kept.',
  request: { params: workParams, query: shapes.snapshotsQuery },
  responses: {
    200: json(shapes.snapshotPage, 'a page, the newest without a cursor'),
    ...errors(400, 401, 404),
  },
});
const diff = createRoute({
  method: 'get',
  path: '/{id}/snapshots/{sid}/diff',
  tags,
  security: bearer,
  request: { params, query: shapes.diffQuery },
  responses: { 200: json(shapes.differences, 'files that differ'), ...errors(400, 401, 404) },
});
const restore = createRoute({
  method: 'post',
  path: '/{id}/restore',
  tags,
  security: bearer,
  description:
    'Brings all files, or some, back as they were in a snapshot. What is there before it, and what is written ' +
    'meanwhile, is kept as snapshots.',
  request: { params: workParams, body: body(shapes.restoreBody) },
  responses: { 200: json(shapes.restored, 'all is as it was'), ...errors(400, 401, 404, 409, 507) },
});

export function versionRoutes({ db, dataDir, config }: ApiDependencies): Router {
  const app = createRouter();
  const shares = diskSharesOf(config.quotas);

  app.openapi(list, async (c) => {
    const workId = await ownWork(c, c.req.valid('param').id);
    const { limit, cursor, path } = c.req.valid('query');
    if (path !== undefined) segmentsOf(path);
    const { items, next } = await listSnapshots(db, workId, { limit, before: cursor, path });
    const { historyBytes } = await historyOf(db, workId);
    return c.json({ ...pageOf(items, next), historyBytes }, 200);
  });

  app.openapi(diff, async (c) => {
    const { id, sid } = c.req.valid('param');
    const workId = await ownWork(c, id);
    const to = c.req.valid('query').to ?? (await historyOf(db, workId)).newest;
    for (const named of [sid, to]) {
      if (named === null || !(await hasSnapshot(db, workId, named))) throw notFound('snapshot');
    }
    return c.json({ items: await differencesBetween(db, workId, { from: sid, to: to ?? sid }) }, 200);
  });

  app.openapi(restore, async (c) => {
    const workId = await ownWork(c, c.req.valid('param').id);
    const { snapshot, paths } = c.req.valid('json');
    for (const path of paths ?? []) segmentsOf(path);
    const workspace = openWorkspace(workspaceFolder(dataDir, workId));
    await mustHaveRoom(workspace.root, 0);
    const wish = { workId, ownerId: c.get('identity').userId, id: randomUUID(), snapshot, paths };
    const ordered = await orderRestore(db, wish);
    if (ordered.kind === 'not_found') throw notFound('snapshot');
    if (ordered.kind === 'busy')
      throw new ApiError('conflict', 'Other files are being brought back at this moment: try again.');
    const place = { db, dataDir, workId, workspace, shares };
    const done = await finishRestore(place, ordered.id);
    const undo = done?.undo ?? (await findRestore(db, workId, ordered.id))?.undo;
    if (undo === undefined) throw notFound('Work');
    return c.json({ snapshot: undo, left: done?.left ?? [] }, 200);
  });

  // A path has slashes, which OpenAPI's parameters do not: described here and routed below.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/{id}/snapshots/{sid}/files/{path}',
    tags,
    security: bearer,
    description: 'The bytes of a file as a snapshot has it.',
    request: { params: params.extend({ path: z.string().max(16_384) }) },
    responses: { 200: { description: 'the file' }, ...errors(400, 401, 404, 409) },
  });

  app.get('/:id/snapshots/:sid/files/:path{.+}', async (c) => {
    const named = z.object({ id: uuid.toLowerCase(), sid: uuid.toLowerCase() }).safeParse(c.req.param());
    if (!named.success) throw notFound('snapshot');
    const path = filePathOf(c);
    const workId = await ownWork(c, named.data.id);
    const [file] = await filesOf(db, workId, named.data.sid, path);
    if (file === undefined) throw notFound('file in this snapshot');
    const { type, disposition } = presentation(path, c.req.query('download') !== undefined);
    c.header('ETag', `"${file.sha256}"`);
    c.header('Cache-Control', 'private, no-cache');
    if (c.req.header('If-None-Match')?.includes(`"${file.sha256}"`)) return c.body(null, 304);
    const stream = await openOld(historyFolder(dataDir, workId), file);
    return c.body(streamBody(stream), 200, {
      'Content-Type': type,
      'Content-Length': String(file.size),
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

/** @throws ApiError conflict where the bytes are not kept */
export async function openOld(
  folder: string,
  { sha256, blob }: { sha256: string; blob: Omit<StoredBlob, 'sha256'> | null },
) {
  const lost = () =>
    new ApiError(
      'conflict',
      'Only the hash of this version is known: its bytes were too large or had no room.',
    );
  if (blob === null) throw lost();
  return await openBlob(folder, { sha256, ...blob }).catch((error: unknown) => {
    throw error instanceof LostBytes ? lost() : error;
  });
}
