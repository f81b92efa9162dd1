/** Which paths may name something in a workspace. */
import { quote, WorkspaceError } from './workspace-error.ts';

/** A name's length in bytes of UTF-8 that every common file system takes. */
const NAME_BYTES = 255;
/** How the names of files that are not finished begin, and of folders that are being removed. */
export const TEMPORARY = '.paperagent-tmp-';
/** Deeper than any honest workspace; bounds how long a walk takes. */
export const MAX_DEPTH = 64;

/**
 * The segments of a path relative to a workspace.
 * @throws WorkspaceError `bad_path` for an empty path or segment, `.`, `..`, a leading slash, a backslash, NUL,
 * broken UTF-16, a name over 255 bytes, one that only unfinished files have, or more than 64 segments.
 */
export function segmentsOf(path: string): [string, ...string[]] {
  const [first, ...rest] = path.split('/');
  if (first === undefined || rest.length >= MAX_DEPTH || ![first, ...rest].every(isName)) {
    const why = 'give a path relative to the workspace, such as "images/plot.png", without "." or ".."';
    throw new WorkspaceError('bad_path', path, `${quote(path)} is not a path in the workspace: ${why}.`);
  }
  if ([first, ...rest].some((name) => name.startsWith(TEMPORARY))) {
    const why = `names that begin with "${TEMPORARY}" are the server's own, and what has them is removed`;
    throw new WorkspaceError('bad_path', path, `${quote(path)} is not a path in the workspace: ${why}.`);
  }
  return [first, ...rest];
}

/** Whether a name can stand in such a path. Files with other names exist for the sandbox only. */
export function isName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (/[/\\\0]/.test(name) || !name.isWellFormed()) return false;
  return Buffer.byteLength(name) <= NAME_BYTES;
}
