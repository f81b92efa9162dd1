/**
 * Paths of files in URLs. A URL parser quietly resolves `..`, plain and percent-encoded, before a route sees it;
 * so what came over the wire is looked at first (protocol, REST).
 */
import type { Context, MiddlewareHandler } from 'hono';
import { segmentsOf } from '../../workspace/relative-path.ts';
import { ApiError } from '../api-error.ts';

const FILE_URL =
  /^\/api\/(?:works\/[^/]*\/(?:files|preview|(?:runs|snapshots)\/[^/]*\/files)|shares\/[^/]*\/files)\/(.*)$/s;

/** Refuses a file's URL whose path could name something else than it says. */
export const refuseBadFilePaths: MiddlewareHandler = async (c, next) => {
  const env = c.env as { incoming?: { url?: string } } | undefined;
  const sent = env?.incoming?.url?.split(/[?#]/, 1)[0];
  const file = sent === undefined ? undefined : FILE_URL.exec(sent)?.[1];
  if (file !== undefined) segmentsOf(decode(file));
  await next();
};

/** The path of the file that a request names, relative to the workspace. @throws ApiError, WorkspaceError bad_path */
export function filePathOf(c: Context): string {
  const path = decode(FILE_URL.exec(new URL(c.req.url).pathname)?.[1] ?? '');
  segmentsOf(path);
  return path;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ApiError('bad_path', 'This path is not valid percent-encoded UTF-8.');
  }
}
