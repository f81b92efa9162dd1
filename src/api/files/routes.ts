/** A Work's files: list, read, write, upload, move, delete, all as a zip (F10). */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { diskSharesOf } from '../../db/room.ts';
import { findUser } from '../../db/users.ts';
import { findWork } from '../../db/works.ts';
import { createPreviews } from '../../documents/preview-file.ts';
import * as shapes from '../../protocol/files.ts';
import { uuid } from '../../protocol/messages.ts';
import { preview } from '../../protocol/previews.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { createFileHashes } from '../../workspace/file-hashes.ts';
import { mustBePortable } from '../../workspace/portable-path.ts';
import { openWorkspace, type Workspace } from '../../workspace/workspace.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { readJson } from '../read-json.ts';
import { bearer, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { streamBody } from '../stream-body.ts';
import { zipWorkspace } from './archive.ts';
import { nameParameters } from './content-types.ts';
import { fileList } from './file-list.ts';
import { filePathOf } from './files-path.ts';
import { type PersonFiles, personFiles } from './person-files.ts';
import { sendFile } from './send-file.ts';
import { lengthOf, receiveUploads } from './upload.ts';

const tags = ['files'];
/** Longer addresses are refused before any route: Node reads headers of 16 KiB. */
const MAX_URL_CHARACTERS = 16_384;
const fileParams = workParams.extend({ path: z.string().max(MAX_URL_CHARACTERS) });
const fileRoute = { path: '/{id}/files/{path}', tags, security: bearer } as const;

const list = createRoute({
  method: 'get',
  path: '/{id}/files',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 200: json(shapes.fileList, 'files and folders'), ...errors(401, 404) },
});
const upload = createRoute({
  method: 'post',
  path: '/{id}/files',
  tags,
  security: bearer,
  description: 'multipart/form-data: files go to attachments/, or where a field `folder` before them says.',
  request: { params: workParams },
  responses: { 201: json(shapes.uploaded, 'what was stored'), ...errors(400, 401, 404, 413, 507) },
});
const archive = createRoute({
  method: 'get',
  path: '/{id}/archive',
  tags,
  security: bearer,
  request: { params: workParams },
  responses: { 200: { description: 'a zip of all files' }, ...errors(401, 404) },
});

export function fileRoutes({ db, dataDir, config }: ApiDependencies): Router {
  const app = createRouter();
  const hashes = createFileHashes();
  const previews = createPreviews();
  const shares = diskSharesOf(config.quotas);

  /** The workspace of the Work that the request names, and its title. @throws ApiError not_found */
  async function workspaceOf(
    c: Context<ApiEnv>,
  ): Promise<{ workspace: Workspace; person: PersonFiles; title: string }> {
    const id = uuid.safeParse(c.req.param('id'));
    const ownerId = c.get('identity').userId;
    const work = id.success ? await findWork(db, { workId: id.data, ownerId }) : undefined;
    if (work === undefined) throw notFound('Work');
    const workspace = openWorkspace(workspaceFolder(dataDir, work.id), undefined, hashes.for(ownerId));
    const place = { db, dataDir, workId: work.id, workspace, shares };
    const person = personFiles(place, (err) => {
      c.get('log').warn({ err, workId: place.workId }, 'a version of the files could not be kept');
    });
    return { workspace, person, title: work.title };
  }

  app.openapi(list, async (c) => {
    const { workspace } = await workspaceOf(c);
    return c.json(fileList(await workspace.list()), 200);
  });

  app.openapi(upload, async (c) => {
    const { person } = await workspaceOf(c);
    const items = (await receiveUploads(c.req.raw, person)).map(({ path, size, sha256 }) => ({
      path,
      size,
      sha256,
    }));
    return c.json({ items }, 201);
  });

  app.openapi(archive, async (c) => {
    const { workspace, title } = await workspaceOf(c);
    const zip = await zipWorkspace(workspace, c.get('log'));
    return c.body(streamBody(zip), 200, {
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; ${nameParameters(`${title}.zip`)}`,
    });
  });

  // A path has slashes, which OpenAPI's parameters do not: these are described here and routed below.
  for (const route of describeFileRoutes()) app.openAPIRegistry.registerPath(route);

  app.get('/:id/files/:path{.+}', async (c) => {
    const { workspace } = await workspaceOf(c);
    return await sendFile(c, workspace, filePathOf(c));
  });

  app.get('/:id/preview/:path{.+}', async (c) => {
    const { workspace } = await workspaceOf(c);
    const path = filePathOf(c);
    const part = previewPart.safeParse(c.req.query());
    if (!part.success) throw new ApiError('bad_request', 'sheet and offset are whole numbers from 0 on.');
    const { userId } = c.get('identity');
    const { kind, size } = await workspace.stat(path);
    if (kind === 'directory') throw new ApiError('conflict', `${path} is a folder.`);
    const file = {
      id: `${workspace.root}/${path}`,
      name: path,
      size,
      open: (range: { start: number; end: number }) => workspace.openRead(path, range),
    };
    const person = { id: userId, guest: (await findUser(db, userId))?.guest ?? true };
    return c.json(await previews.of(file, part.data, { person, signal: c.req.raw.signal }), 200, {
      'Cache-Control': 'private, no-store',
    });
  });

  app.put('/:id/files/:path{.+}', async (c) => {
    const { person } = await workspaceOf(c);
    const content = c.req.raw.body === null ? '' : Readable.fromWeb(c.req.raw.body as ReadableStream);
    const { path, size, sha256, change } = await person.write(writablePathOf(c), content, {
      ...expected(c),
      ...lengthOf(c.req.raw),
    });
    c.header('ETag', `"${sha256}"`);
    return c.json({ path, size, sha256 }, change === 'added' ? 201 : 200);
  });

  app.patch('/:id/files/:path{.+}', async (c) => {
    const { person } = await workspaceOf(c);
    const from = filePathOf(c);
    const to = shapes.movedFile.safeParse(await readJson(c));
    if (!to.success) throw new ApiError('bad_request', 'Say where to move it: {"path": "images/plot.png"}.');
    mustBePortable(to.data.path);
    await person.move(from, to.data.path);
    return c.json(to.data, 200);
  });

  app.delete('/:id/files/:path{.+}', async (c) => {
    const { person } = await workspaceOf(c);
    await person.remove(filePathOf(c));
    return c.body(null, 204);
  });

  return app;
}

/** The path that a PUT names. @throws WorkspaceError bad_path for a name that not every system takes */
function writablePathOf(c: Context): string {
  const path = filePathOf(c);
  mustBePortable(path);
  return path;
}

/** What a PUT expects to replace: If-Match names the state that its author saw. */
function expected(c: Context): { ifMatch?: string | null } {
  if (c.req.header('If-None-Match') === '*') return { ifMatch: null };
  const match = c.req.header('If-Match')?.trim();
  if (match === undefined || match === '*') return {};
  const sha256 = /^"([0-9a-f]{64})"$/.exec(match)?.[1];
  if (sha256 === undefined) throw new ApiError('changed_meanwhile', 'If-Match is not an ETag of this file.');
  return { ifMatch: sha256 };
}

/** Which part of a file is shown. */
const whole = z.coerce
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31)
  .default(0);
const previewPart = z.object({ sheet: whole, offset: whole });

function describeFileRoutes() {
  const request = { params: fileParams };
  const bytes = { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } };
  return [
    {
      ...fileRoute,
      method: 'get' as const,
      description: 'Honours Range, If-None-Match; `?download` has it saved.',
      request,
      responses: { 200: { description: 'the file' }, ...errors(400, 401, 404, 416) },
    },
    {
      ...fileRoute,
      path: '/{id}/preview/{path}',
      method: 'get' as const,
      description: 'A bounded part of the file as a person is shown it: rows of a sheet, or a text.',
      request: { ...request, query: previewPart },
      responses: { 200: json(preview, 'what is shown'), ...errors(400, 401, 404, 409) },
    },
    {
      ...fileRoute,
      method: 'put' as const,
      description: 'Writes the file whole or not at all; honours If-Match and If-None-Match: *.',
      request: { ...request, body: { content: bytes } },
      responses: {
        200: json(shapes.writtenFile, 'replaced'),
        201: json(shapes.writtenFile, 'new'),
        ...errors(400, 401, 404, 412, 413, 507),
      },
    },
    {
      ...fileRoute,
      method: 'patch' as const,
      description: 'Gives a file or folder another path, where nothing may be yet.',
      request: { ...request, body: { content: { 'application/json': { schema: shapes.movedFile } } } },
      responses: { 200: json(shapes.movedFile, 'moved'), ...errors(400, 401, 404, 409, 413) },
    },
    {
      ...fileRoute,
      method: 'delete' as const,
      request,
      responses: { 204: { description: 'gone' }, ...errors(400, 401, 404) },
    },
  ];
}
