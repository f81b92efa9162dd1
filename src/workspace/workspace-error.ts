/** The closed set of ways in which an access to a Work's files fails for a reason in the request or the files. */
import { codeOf } from '../system-error.ts';
export type WorkspaceErrorCode =
  /** The path can name no file of a workspace. */
  | 'bad_path'
  | 'not_found'
  /** A link, a FIFO, a device, a socket, or a file with a second name: never read or written (S7). */
  | 'not_regular'
  | 'is_directory'
  /** What may not be replaced has the name. */
  | 'exists'
  | 'not_directory'
  | 'too_large'
  /** The file is not, or no longer, the one that the caller said it had seen. */
  | 'changed'
  | 'no_permission'
  | 'disk_full'
  /** The Work, or its person's Works together, have as much as they may. */
  | 'no_room';

/** `message` is a sentence that people and models may read: it names the path in the workspace, never the host's. */
export class WorkspaceError extends Error {
  readonly code: WorkspaceErrorCode;
  readonly path: string;

  constructor(code: WorkspaceErrorCode, path: string, message: string) {
    super(message);
    this.name = 'WorkspaceError';
    this.code = code;
    this.path = path;
  }
}

const MEANINGS: Record<string, [WorkspaceErrorCode, string]> = {
  ENOENT: ['not_found', 'there is no such file'],
  ENOTDIR: ['not_directory', 'a part of this path is not a folder'],
  ELOOP: ['not_regular', 'this is a link, which is never followed'],
  ENXIO: ['not_regular', 'this is not a regular file'],
  EISDIR: ['is_directory', 'this is a folder'],
  EACCES: ['no_permission', 'this file is not open to the server'],
  EPERM: ['no_permission', 'this file is not open to the server'],
  ENAMETOOLONG: ['bad_path', 'a name in this path is too long'],
  ENOSPC: ['disk_full', 'the disk is full'],
  EDQUOT: ['disk_full', 'the disk quota is used up'],
};

/** What a system call's error means for the caller; an error with no such meaning comes back as it is. */
export function meaningOf(error: unknown, path: string): unknown {
  const meaning = MEANINGS[codeOf(error) ?? ''];
  return meaning === undefined
    ? error
    : new WorkspaceError(meaning[0], path, `${quote(path)}: ${meaning[1]}.`);
}

/** A path as it may stand in a sentence: control characters are escaped. */
export function quote(path: string): string {
  return JSON.stringify(path);
}
