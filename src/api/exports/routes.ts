/** Files that are made of a Work (P20): ordered, looked after, fetched. */
import { open } from 'node:fs/promises';
import { createRoute } from '@hono/zod-openapi';
import { dropExport, type ExportRow, findExport } from '../../db/exports.ts';
import { missingFormats } from '../../exports/missing-formats.ts';
import { endingOf } from '../../exports/paper/format.ts';
import { listStyles, stylesFolder } from '../../exports/style.ts';
import * as shapes from '../../protocol/exports.ts';
import { uuid } from '../../protocol/messages.ts';
import { unlessMissing } from '../../system-error.ts';
import { exportFile, removeExport } from '../../workspace/export-files.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nameParameters } from '../files/content-types.ts';
import { bearer, body, errors, json, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { streamBody } from '../stream-body.ts';
import { placeOrder } from './order-export.ts';

const tags = ['exports'];
const params = workParams.extend({ eid: uuid.toLowerCase().meta({ description: 'of an export' }) });

const order = createRoute({
  method: 'post',
  path: '/{id}/exports',
  tags,
  security: bearer,
  description:
    'Orders a file made of the Work: its paper as `pdf`, `docx`, `latex` (a zip) or `html`, or `ipynb`, a notebook of its ' +
    'runs; `bundle`, a zip of paper, code, data and results that can be made again without us; `ai_report`, a PDF that ' +
    'tells of the use of AI from the log; or `pack`, a zip of what a contest is sent. It is kept for a day.',
  request: { params: workParams, body: body(shapes.exportOrder) },
  responses: { 202: json(shapes.exportAccepted, 'it is being made'), ...errors(400, 401, 404, 413, 429) },
});
const look = createRoute({
  method: 'get',
  path: '/{id}/exports/{eid}',
  tags,
  security: bearer,
  request: { params },
  responses: { 200: json(shapes.exportInfo, 'how it stands'), ...errors(401, 404) },
});
const fetchFile = createRoute({
  method: 'get',
  path: '/{id}/exports/{eid}/file',
  tags,
  security: bearer,
  request: { params },
  responses: { 200: { description: 'the file' }, ...errors(401, 404, 409) },
});

const drop = createRoute({
  method: 'delete',
  path: '/{id}/exports/{eid}',
  tags,
  security: bearer,
  description: 'Stops it while it is being made; forgets it, and its file, where it is made.',
  request: { params },
  responses: { 204: { description: 'gone' }, ...errors(401, 404) },
});
const styles = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.exportStyles, 'how a paper can be set'), ...errors(401) },
});

const TYPES: Record<string, string> = {
  ipynb: 'application/x-ipynb+json',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  latex: 'application/zip',
  html: 'text/html; charset=utf-8',
  bundle: 'application/zip',
  ai_report: 'application/pdf',
  pack: 'application/zip',
};

export function exportStyleRoutes({ dataDir, log }: ApiDependencies): Router {
  const app = createRouter();
  app.openapi(styles, async (c) => {
    const { styles: found, problems } = await listStyles(stylesFolder(dataDir));
    for (const problem of problems) log.warn({}, problem);
    const items = found.map(({ id, name, description, languages }) => ({ id, name, description, languages }));
    return c.json({ items, missing: missingFormats() }, 200);
  });
  return app;
}

export function exportRoutes(deps: ApiDependencies): Router {
  const { db, dataDir } = deps;
  const app = createRouter();

  app.openapi(order, async (c) => {
    const person = { workId: c.req.valid('param').id, ownerId: c.get('identity').userId };
    const id = await placeOrder(deps, person, c.req.valid('json'));
    return c.json({ id }, 202);
  });

  app.openapi(look, async (c) => {
    const { id, eid } = c.req.valid('param');
    return c.json(shown(await mustFind(id, eid, c.get('identity').userId)), 200);
  });

  app.openapi(drop, async (c) => {
    const { id: workId, eid: id } = c.req.valid('param');
    const ownerId = c.get('identity').userId;
    if (!(await dropExport(db, { id, workId, ownerId }))) throw notFound('export');
    await removeExport(dataDir, { ownerId, id });
    return c.body(null, 204);
  });

  app.openapi(fetchFile, async (c) => {
    const { id, eid } = c.req.valid('param');
    const row = await mustFind(id, eid, c.get('identity').userId);
    if (row.state !== 'done')
      throw new ApiError('conflict', row.error ?? 'It is still being made: ask again in a moment.');
    const handle = await unlessMissing(open(exportFile(dataDir, row)));
    if (handle === undefined) throw notFound('file of this export');
    const { size } = await handle.stat();
    return c.body(streamBody(handle.createReadStream()), 200, {
      'Content-Type': TYPES[row.format] ?? 'application/octet-stream',
      'Content-Length': String(size),
      'Content-Disposition': `attachment; ${nameParameters(`${row.title}.${endingOf(row.format)}`)}`,
    });
  });

  return app;

  async function mustFind(workId: string, id: string, ownerId: string): Promise<ExportRow> {
    const row = await findExport(db, { id, workId, ownerId });
    if (row === undefined) throw notFound('export');
    return row;
  }
}

function shown({ id, format, style, state, step, size, problems, error }: ExportRow) {
  return {
    id,
    format,
    style,
    state,
    problems,
    ...(step === null || state !== 'running' ? {} : { step }),
    ...(size === null ? {} : { size }),
    ...(error === null ? {} : { error }),
  };
}
