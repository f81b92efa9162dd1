/** Messages by their words (H8). Which are tried first, and by which index: functions/search.sql. */
import { setImmediate as othersFirst } from 'node:timers/promises';
import { sql } from 'kysely';
import { type AskedWord, narrowWords, SEARCHED_CHARACTERS, searchWords } from '../domain/search-words.ts';
import type { Database } from './database.ts';

/** Messages whose words are written down at a time. */
export const WORDS_BATCH = 200;
/** Of the texts of such a batch; its last one may go beyond. */
const BATCH_CHARACTERS = 200_000;

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
  const narrow = narrowWords(words);
  const byIndex = narrow.length === 0 ? null : `'${ownerWord(ownerId)}' & ${queryOf(narrow)}`;
  const { rows } = await sql<FoundMessage>`
    select w.id as "workId", w.title, m.id as "messageId", m.role, iso_time(m.created_at) as "createdAt",
      left(${SAID}, ${SEARCHED_CHARACTERS}::integer) as text
    from find_messages(${ownerId}::uuid, ${queryOf(words)}::tsquery, ${byIndex}::tsquery,
      ${wanted}::integer) with ordinality f (work_id, message_id, nth)
    join works w on w.id = f.work_id and w.owner_id = ${ownerId}::uuid
    join messages m on m.work_id = f.work_id and m.id = f.message_id
    order by f.nth`.execute(db);
  return rows;
}

function queryOf(words: readonly AskedWord[]): string {
  return words.map(({ word, isBeginning }) => `'${word}'${isBeginning ? ':*' : ''}`).join(' & ');
}

/** No word of a text: those have letters and digits alone. */
function ownerWord(ownerId: string): string {
  return `#${ownerId}`;
}

interface DueWords {
  workId: string;
  id: string;
  /** Of the row that says so: another one where the message was changed since. */
  version: string;
  /** null where there is nothing to be found: the Work or the message is gone. */
  ownerId: string | null;
  at: Date | null;
  text: string | null;
}

/**
 * Writes down the words of messages that are due, at most `most`; gives how many there were. They are made while nothing is
 * held, and a message whose Work is being written to, or that was changed meanwhile, stays due: nobody waits for this, and
 * this for nobody.
 */
export async function writeWordsDue(db: Database, most = WORDS_BATCH): Promise<number> {
  const due = await readDue(db, most);
  const found: object[] = [];
  const gone: object[] = [];
  for (const { ownerId, at, text, ...row } of due) {
    if (ownerId === null || at === null || text === null) {
      gone.push(row);
      continue;
    }
    const words = [ownerWord(ownerId), ...searchWords(text)];
    found.push({ ...row, ownerId, at: at.toISOString(), words });
    // The thread is not this job's alone.
    await othersFirst();
  }
  return (await writeFound(db, found)) + (await forgetDue(db, gone));
}

/** From anywhere in the list: workers that read at once read different ones, and one that is never done stops no other. */
async function readDue(db: Database, most: number): Promise<DueWords[]> {
  const { rows } = await sql<DueWords>`
    with place as materialized (select gen_random_uuid() as id),
    due as (
      (select work_id, message_id, xmin from words_due where work_id >= (select id from place)
        order by work_id, message_id limit ${most}::integer)
      union all
      (select work_id, message_id, xmin from words_due where work_id < (select id from place)
        order by work_id, message_id limit ${most}::integer)
      limit ${most}::integer
    ),
    said as (
      select d.work_id, d.message_id, d.xmin::text as version, w.owner_id, m.created_at,
        case when m.status <> 'withdrawn' then left(${SAID}, ${SEARCHED_CHARACTERS}::integer) end as text
      from due d left join works w on w.id = d.work_id and w.deleted_at is null
      left join messages m on m.work_id = d.work_id and m.id = d.message_id
    ),
    counted as (
      select *, sum(coalesce(length(text), 0)) over (
        order by work_id, message_id rows between unbounded preceding and 1 preceding) as before
      from said
    )
    select work_id as "workId", message_id as id, version, owner_id as "ownerId", created_at as at, text
    from counted where coalesce(before, 0) < ${BATCH_CHARACTERS}::integer`.execute(db);
  return rows;
}

/** Works are held before what is due of them: who writes to a message holds its Work when it becomes due. */
async function writeFound(db: Database, found: readonly object[]): Promise<number> {
  if (found.length === 0) return 0;
  const { rows } = await sql`
    with made as materialized (
      select (f ->> 'workId')::uuid as work_id, (f ->> 'id')::uuid as message_id, f ->> 'version' as version,
        (f ->> 'ownerId')::uuid as owner_id, (f ->> 'at')::timestamptz as at,
        array_to_tsvector(array(select jsonb_array_elements_text(f -> 'words'))) as words
      from jsonb_array_elements(${JSON.stringify(found)}::jsonb) f
    ),
    ready as materialized (
      select d.work_id, d.message_id from made
      join words_due d on d.work_id = made.work_id and d.message_id = made.message_id and d.xmin::text = made.version
      join works w on w.id = d.work_id
      for key share of w skip locked for update of d skip locked
    ),
    done as (
      delete from words_due d using ready r where d.work_id = r.work_id and d.message_id = r.message_id
      returning d.work_id, d.message_id
    )
    insert into message_words (work_id, message_id, owner_id, at, words)
    select made.work_id, made.message_id, made.owner_id, made.at, made.words from made join done using (work_id, message_id)
    on conflict (work_id, message_id) do update set words = excluded.words
    returning 1`.execute(db);
  return rows.length;
}

async function forgetDue(db: Database, gone: readonly object[]): Promise<number> {
  if (gone.length === 0) return 0;
  const { rows } = await sql`
    delete from words_due where (work_id, message_id) in (
      select d.work_id, d.message_id from jsonb_array_elements(${JSON.stringify(gone)}::jsonb) f
      join words_due d on d.work_id = (f ->> 'workId')::uuid and d.message_id = (f ->> 'id')::uuid
        and d.xmin::text = f ->> 'version'
      for update of d skip locked)
    returning 1`.execute(db);
  return rows.length;
}
