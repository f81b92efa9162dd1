/** The bytes of files as runs had them, as far as they are kept (T13). */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { FileState } from '../domain/provenance/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';

export interface RecordedFiles {
  /** The file as it was, or as it is now where its hash is not known; null where these bytes are not kept. */
  find(file: FileState): Promise<Buffer | null>;
}

export interface KeptIn {
  /** What scripts said, by the hash of it. */
  scripts: ReadonlyMap<string, string>;
  /** The Work's files as they are now: those that nobody has changed since. */
  workspace: Workspace;
  /** The Work's history, by content: null where it does not have it. */
  kept(sha256: string): Promise<Buffer | null>;
}

/** Bytes of one file. */
const MOST_BYTES = 256 * 1024 ** 2;

export function recordedFiles({ scripts, workspace, kept }: KeptIn): RecordedFiles {
  return {
    async find({ path, sha256 }) {
      const script = sha256 === null ? undefined : scripts.get(sha256);
      if (script !== undefined && basename(path).endsWith('.py')) return Buffer.from(script);
      const now = await asItIs(workspace, path);
      if (sha256 === null || (now !== null && sha256Of(now) === sha256)) return now;
      return await kept(sha256);
    },
  };
}

async function asItIs(workspace: Workspace, path: string): Promise<Buffer | null> {
  try {
    return await workspace.read(path, { maxBytes: MOST_BYTES });
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
