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

/** Bytes of one file. */
const MOST_BYTES = 256 * 1024 ** 2;

/**
 * @param scripts what scripts said, by the hash of it
 * @param workspace the Work's files as they are now: those that nobody has changed since are kept there
 */
export function recordedFiles(scripts: ReadonlyMap<string, string>, workspace: Workspace): RecordedFiles {
  return {
    async find({ path, sha256 }) {
      const script = sha256 === null ? undefined : scripts.get(sha256);
      if (script !== undefined && basename(path).endsWith('.py')) return Buffer.from(script);
      try {
        const bytes = await workspace.read(path, { maxBytes: MOST_BYTES });
        return sha256 === null || sha256Of(bytes) === sha256 ? bytes : null;
      } catch (error) {
        if (error instanceof WorkspaceError) return null;
        throw error;
      }
    },
  };
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
