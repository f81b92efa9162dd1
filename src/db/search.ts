/** Messages by their words (H8). Which are tried first, and by which index: functions/search.sql. */
import { sql } from 'kysely';
import { type AskedWord, SEARCHED_CHARACTERS, searchWords } from '../domain/search-words.ts';
import type { Database } from './database.ts';

/** Messages whose words are written down at a time. */
const BATCH = 200;

export interface FoundMessage {
  workId: string;
  title: string;
  messageId: string;
  role: 'user' | 'assistant';
  createdAt: string;
  /** Its beginning. */
  text: string;
}

/** What a message says, as far as it is found. */
const SAID = sql`(
  select string_agg(left(p ->> 'text', ${SEARCHED_CHARACTERS}::integer), E'\\n') from jsonb_array_elements(m.parts) p
  where p ->> 'type' = 'text')`;

/** The person's newest messages with all of these words, at most `wanted`. */
export async function findMessages(
  db: Database,
  ownerId: string,
  words: readonly AskedWord[],
  wanted: number,
): Promise<FoundMessage[]> {
  if (words.length === 0) return [];
  const asked = words.map(({ word, isBeginning }) => `'${word}'${isBeginning ? ':*' : ''}`).join(' & ');
  const { rows } = await sql<FoundMessage>`
    select w.id as "workId", w.title, m.id as "messageId", m.role, iso_time(m.created_at) as "createdAt",
      left(${SAID}, ${SEARCHED_CHARACTERS}::integer) as text
    from find_messages(${ownerId}::uuid, ${asked}::tsquery, ${`'${ownerWord(ownerId)}' & ${asked}`}::tsquery,
      ${wanted}::integer) with ordinality f (work_id, message_id, nth)
    join works w on w.id = f.work_id and w.owner_id = ${ownerId}::uuid and w.deleted_at is null
    join messages m on m.work_id = f.work_id and m.id = f.message_id and not m.rewound and m.status <> 'withdrawn'
    order by f.nth`.execute(db);
  return rows;
}

/** No word of a text: those have letters and digits alone. */
function ownerWord(ownerId: string): string {
  return `#${ownerId}`;
}

/** Writes down the words of messages that are due, at most BATCH; gives how many there were. */
export async function writeWordsDue(db: Database): Promise<number> {
  return await db.transaction().execute(async (held) => {
    const { rows } = await sql<{
      workId: string;
      id: string;
      ownerId: string | null;
      at: Date;
      text: string | null;
    }>`
      with due as (
        delete from words_due where (work_id, message_id) in (
          select work_id, message_id from words_due limit ${BATCH} for update skip locked)
        returning work_id, message_id
      )
      select d.work_id as "workId", d.message_id as id, w.owner_id as "ownerId", m.created_at as at,
        case when m.status <> 'withdrawn' then left(${SAID}, ${SEARCHED_CHARACTERS}::integer) end as text
      from due d left join works w on w.id = d.work_id and w.deleted_at is null
      left join messages m on m.work_id = d.work_id and m.id = d.message_id`.execute(held);
    const found = rows.flatMap(({ workId, id, ownerId, at, text }) =>
      ownerId === null || text === null
        ? []
        : [{ workId, id, ownerId, at: at.toISOString(), words: [ownerWord(ownerId), ...searchWords(text)] }],
    );
    if (found.length > 0)
      await sql`
        insert into message_words (work_id, message_id, owner_id, at, words)
        select (f ->> 'workId')::uuid, (f ->> 'id')::uuid, (f ->> 'ownerId')::uuid, (f ->> 'at')::timestamptz,
          array_to_tsvector(array(select jsonb_array_elements_text(f -> 'words')))
        from jsonb_array_elements(${JSON.stringify(found)}::jsonb) f
        join works w on w.id = (f ->> 'workId')::uuid
        on conflict (work_id, message_id) do update set words = excluded.words`.execute(held);
    return rows.length;
  });
}
