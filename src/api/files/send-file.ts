/** A file of a workspace as an answer, or the part of it that was asked for. */
import type { Context } from 'hono';
import type { Workspace } from '../../workspace/workspace.ts';
import { ApiError } from '../api-error.ts';
import type { ApiEnv } from '../dependencies.ts';
import { streamBody } from '../stream-body.ts';
import { presentation } from './content-types.ts';
import { parseRange } from './range.ts';

/**
 * Honours Range, If-Range, If-None-Match and `?download`. `watch` is given what breaks the answer off, and gives what is
 * to be done when it has gone out. @throws WorkspaceError; ApiError bad_range
 */
export async function sendFile(
  c: Context<ApiEnv>,
  workspace: Workspace,
  path: string,
  watch?: (breakOff: () => void) => () => void,
): Promise<Response> {
  // Hashed before it is opened: what is sent is this state or a newer one, so an If-Match with it never
  // overwrites what its author has not seen.
  const etag = `"${await workspace.hash(path)}"`;
  const { type, disposition } = presentation(path, c.req.query('download') !== undefined);
  c.header('ETag', etag);
  c.header('Cache-Control', 'private, no-cache');
  c.header('Accept-Ranges', 'bytes');
  if (c.req.header('If-None-Match')?.includes(etag)) return c.body(null, 304);

  const { size } = await workspace.stat(path);
  const ifRange = c.req.header('If-Range');
  const asked = ifRange === undefined || ifRange === etag ? c.req.header('Range') : undefined;
  const range = parseRange(asked, size);
  if (range === 'unsatisfiable') {
    c.header('Content-Range', `bytes */${size}`);
    throw new ApiError('bad_range', `The file has ${size} bytes.`);
  }
  const { stream, size: now } = await workspace.openRead(path, range);
  if (watch !== undefined)
    stream.once(
      'close',
      watch(() => stream.destroy(new Error('the file may be read no more'))),
    );
  const length = range ? Math.max(0, Math.min(range.end, now - 1) + 1 - range.start) : now;
  if (range) c.header('Content-Range', `bytes ${range.start}-${range.start + length - 1}/${now}`);
  return c.body(streamBody(stream), range ? 206 : 200, {
    'Content-Type': type,
    'Content-Length': String(length),
    'Content-Disposition': disposition,
  });
}
