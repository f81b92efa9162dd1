/** Versions of a Work's files (docs/protocol.md, P18). */
import type { z } from 'zod';
import type { FileDifference, SnapshotInfo } from '../../../src/domain/versions.ts';
import type { restored, snapshotPage } from '../../../src/protocol/versions.ts';
import type { Http } from './http.ts';

type Page = z.infer<typeof snapshotPage>;

/** The newest first; `path`: only those in which that file is other than before. */
export function listSnapshots(
  http: Http,
  workId: string,
  { path, cursor }: { path?: string | undefined; cursor?: number | undefined },
): Promise<Omit<Page, 'items'> & { items: SnapshotInfo[] }> {
  const query = new URLSearchParams({ limit: '50' });
  if (path !== undefined) query.set('path', path);
  if (cursor !== undefined) query.set('cursor', String(cursor));
  return http.json('GET', `/api/works/${workId}/snapshots?${query}`);
}

/** What is other now than in that snapshot. */
export async function differencesSince(
  http: Http,
  workId: string,
  snapshot: string,
): Promise<FileDifference[]> {
  const { items } = await http.json<{ items: FileDifference[] }>(
    'GET',
    `/api/works/${workId}/snapshots/${snapshot}/diff`,
  );
  return items;
}

/** The snapshot from whose files a turn began; undefined where it is not kept. */
export async function snapshotOfTurn(http: Http, workId: string, turn: number): Promise<string | undefined> {
  for (let cursor: number | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await listSnapshots(http, workId, { cursor });
    const found = page.items.find((snapshot) => snapshot.turn === turn && snapshot.reason === 'turn');
    if (found !== undefined) return found.id;
    cursor = page.nextCursor;
  }
  return undefined;
}

/** A file as that snapshot has it, as text. */
export async function readOldText(
  http: Http,
  workId: string,
  snapshot: string,
  path: string,
): Promise<string> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return await (await http.raw(`/api/works/${workId}/snapshots/${snapshot}/files/${encoded}`)).text();
}

/** Brings files back as they were; without `paths` all. Gives the snapshot that undoes it. */
export function restoreFiles(
  http: Http,
  workId: string,
  wish: { snapshot: string; paths?: string[] },
): Promise<z.infer<typeof restored>> {
  return http.json('POST', `/api/works/${workId}/restore`, wish);
}
