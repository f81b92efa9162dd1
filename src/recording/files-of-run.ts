/** What a run read and wrote, from what it told and how its workspace was before and after it (T3, S8). */
import type { FileChange } from '../domain/messages.ts';
import type { FileRead, FileWrite } from '../domain/runs.ts';
import type { FileState, Snapshot } from '../workspace/snapshot.ts';
import type { Opened, Told } from './told.ts';

/**
 * The files that the run read before it wrote them itself, as they were then; those that it made itself are none of its
 * sources. Null where it may have read others that were not seen.
 */
export function readsOf({ opened, unseen }: Told, before: Snapshot, after: Snapshot): FileRead[] | null {
  if (unseen !== undefined) return null;
  const known = new Set<string>();
  const reads: FileRead[] = [];
  for (const open of opened) {
    const { path, how, scriptLine } = open;
    if (known.has(path)) continue;
    known.add(path);
    const state = before.get(path);
    if (how === 'wrote' || state === undefined) continue;
    const read = [state, after.get(path)].find((candidate) => isAsOpened(candidate, open));
    reads.push({ path, sha256: read?.sha256 ?? null, ...(scriptLine === undefined ? {} : { scriptLine }) });
  }
  return reads;
}

function isAsOpened(state: FileState | undefined, { size, mtimeNs }: Opened): boolean {
  return state !== undefined && state.size === size && state.mtimeNs === mtimeNs;
}

/** What was changed while the run went on, with the script's line where that was told. */
export function writesOf({ opened }: Told, changes: readonly FileChange[]): FileWrite[] {
  const lines = new Map<string, number>();
  for (const { path, how, scriptLine } of opened)
    if (how === 'wrote' && scriptLine !== undefined && !lines.has(path)) lines.set(path, scriptLine);
  return changes.map(({ path, change, sha256 = null }) => {
    const scriptLine = lines.get(path);
    return { path, change, sha256, ...(scriptLine === undefined ? {} : { scriptLine }) };
  });
}
