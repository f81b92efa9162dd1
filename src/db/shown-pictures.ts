/** Pictures as models were shown them, by their place in the conversation (W10, M1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableText } from './storable.ts';

/** Of a Work's, those whose bytes are kept: the ones that were shown last. Each has a megabyte at most. */
const KEPT = 32;

/** Why an older one is not shown again. */
const NOT_KEPT = 'it was shown too long ago';

export interface PicturePlace {
  /** The id of the message or of the call that it came with. */
  place: string;
  path: string;
}

/** What was shown there, and what of it was `missing`, or why nothing was. */
export type ShownPicture =
  | {
      ok: true;
      mediaType: 'image/png' | 'image/jpeg';
      data: string;
      width: number;
      height: number;
      missing?: string;
    }
  | { ok: false; problem: string };

/** What was shown at these places; absent where nothing was decided yet. */
export async function readShown(
  db: Database,
  workId: string,
  places: PicturePlace[],
): Promise<(PicturePlace & { shown: ShownPicture })[]> {
  if (places.length === 0) return [];
  const { rows } = await sql<PicturePlace & Row>`
    select p.place, p.path, p.media_type as "mediaType", p.width, p.height, p.data, p.problem
    from unnest(${places.map(({ place }) => place)}::text[], ${places.map(({ path }) => path)}::text[]) w (place, path)
    join shown_pictures p on p.work_id = ${workId}::uuid and p.place = w.place and p.path = w.path`.execute(
    db,
  );
  return rows.map(({ place, path, ...row }) => ({ place, path, shown: shownOf(row) }));
}

interface Row {
  mediaType: 'image/png' | 'image/jpeg' | null;
  width: number | null;
  height: number | null;
  data: string | null;
  /** Why there is no picture; of one that there is, what is missing on it. */
  problem: string | null;
}

function shownOf({ mediaType, width, height, data, problem }: Row): ShownPicture {
  if (mediaType === null || width === null || height === null)
    return { ok: false, problem: problem ?? NOT_KEPT };
  if (data === null) return { ok: false, problem: NOT_KEPT };
  return { ok: true, mediaType, width, height, data, ...(problem !== null && { missing: problem }) };
}

/**
 * Keeps what is shown at a place; what is there already stays, and counts. Of the Work's oldest the bytes go.
 * Where the Work is gone, nothing is kept.
 */
export async function keepShown(
  db: Database,
  workId: string,
  { place, path }: PicturePlace,
  shown: ShownPicture,
): Promise<void> {
  const { mediaType, width, height, data } = shown.ok
    ? shown
    : { mediaType: null, width: null, height: null, data: null };
  const said = shown.ok ? shown.missing : shown.problem;
  const problem = said === undefined ? null : storableText(said);
  await sql`
    insert into shown_pictures (work_id, place, path, media_type, width, height, data, problem)
    select id, ${place}::text, ${path}::text, ${mediaType}::text, ${width}::integer, ${height}::integer,
      ${data}::text, ${problem}::text
    from works where id = ${workId}::uuid
    on conflict do nothing`.execute(db);
  await sql`
    update shown_pictures set data = null
    where work_id = ${workId}::uuid and data is not null and shown_at < (
      select shown_at from shown_pictures where work_id = ${workId}::uuid and data is not null
      order by shown_at desc offset ${KEPT - 1} limit 1)`.execute(db);
}
