/** A person's saves of one file: the paper saves itself at each rest (V11), and nobody looks for a pause of theirs. */
import type { SnapshotInfo } from '../../../src/domain/versions.ts';

/** So far back from a save the ones before it are passed over, in milliseconds. */
const SERIES_MS = 10 * 60_000;

/** The versions of one file, the newest first; of saves on end one for each ten minutes, the last of them. */
export function withoutPauses(versions: readonly SnapshotInfo[]): SnapshotInfo[] {
  let last: number | null = null;
  return versions.filter((version) => {
    const at = Date.parse(version.at);
    if (!isSave(version)) {
      last = null;
      return true;
    }
    if (last !== null && last - at <= SERIES_MS) return false;
    last = at;
    return true;
  });
}

function isSave({ reason, restored, sha256 }: SnapshotInfo): boolean {
  return reason === 'person' && restored === undefined && sha256 !== null;
}
