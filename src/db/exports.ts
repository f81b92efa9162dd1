/** Orders for files that are made of a Work (P20), and what became of them. */
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';

export type ExportState = 'queued' | 'running' | 'done' | 'failed';

/** Something that whoever reads the file should know; `line` is of the Markdown. */
export interface ExportProblem {
  code: string;
  message: string;
  line?: number;
}

/** What a document was made of: given again where all of it is the same (O1). */
export interface MadeFrom {
  /** A hash of the text and of how it is set. */
  key: string;
  /** SHA-256 of the files that it asked for, by path; null: it could not be given. */
  files: Record<string, string | null>;
}

export interface ExportRow {
  id: string;
  workId: string;
  ownerId: string;
  /** Whether that is a guest. */
  guest: boolean;
  /** Of the Work. */
  title: string;
  format: string;
  style: string | null;
  file: string | null;
  /** Whether the sources of the paper's numbers stand behind it. */
  sources: boolean;
  state: ExportState;
  /** What is being done. */
  step: string | null;
  size: number | null;
  problems: ExportProblem[];
  error: string | null;
}

/** Exports of a person that are under way at a time, and finished ones that are kept of them. */
export const MOST_AT_ONCE = 3;
const KEPT_OF_PERSON = 5;
/** How long an export is kept, in hours. */
const KEPT_HOURS = 24;

const columns = [
  'id',
  'work_id as workId',
  'format',
  'style',
  'file',
  'sources',
  'state',
  'step',
  'size',
  'problems',
  'error',
] as const;

/**
 * Takes an order. 'missing': the person has no such Work; 'too_many': as many of theirs are under way as may be, which
 * is decided here, whoever else orders at the same time. `isStarted`: its workflow is started by the caller, and by the
 * sweeper only where that fails.
 */
export async function orderExport(
  db: Database,
  order: {
    id: string;
    workId: string;
    ownerId: string;
    format: string;
    style: string | null;
    file: string | null;
    sources: boolean;
    isStarted: boolean;
  },
): Promise<'ordered' | 'missing' | 'too_many'> {
  return await db.transaction().execute(async (tx) => {
    await tx.selectFrom('users').select('id').where('id', '=', order.ownerId).forUpdate().execute();
    const work = await tx
      .selectFrom('works')
      .select('id')
      .where('id', '=', order.workId)
      .where('owner_id', '=', order.ownerId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (work === undefined) return 'missing';
    const { open } = await tx
      .selectFrom('exports')
      .innerJoin('works', 'works.id', 'exports.work_id')
      .select(sql<number>`count(*)::integer`.as('open'))
      .where('works.owner_id', '=', order.ownerId)
      .where('exports.state', 'in', ['queued', 'running'])
      .executeTakeFirstOrThrow();
    if (open >= MOST_AT_ONCE) return 'too_many';
    const { ownerId: _owner, workId, isStarted, ...rest } = order;
    await tx
      .insertInto('exports')
      .values({
        ...{ ...rest, work_id: workId, created_at: databaseNow },
        woken_at: isStarted ? databaseNow : sql<Date>`'-infinity'`,
      })
      .execute();
    await sql`
      delete from exports where id in (
        select e.id from exports e join works w on w.id = e.work_id
        where w.owner_id = ${order.ownerId} and e.state in ('done', 'failed')
        order by e.created_at desc offset ${KEPT_OF_PERSON})`.execute(tx);
    return 'ordered';
  });
}

export async function findExport(
  db: Database,
  of: { id: string; workId: string; ownerId: string },
): Promise<ExportRow | undefined> {
  const row = await db
    .selectFrom('exports')
    .innerJoin('works', 'works.id', 'exports.work_id')
    .innerJoin('users', 'users.id', 'works.owner_id')
    .select([
      ...columns.map((column) => `exports.${column}` as const),
      'works.owner_id as ownerId',
      'works.title',
      'users.guest',
    ])
    .where('exports.id', '=', of.id)
    .where('exports.work_id', '=', of.workId)
    .where('works.owner_id', '=', of.ownerId)
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row as ExportRow | undefined;
}

/** Begins the making, or goes on with one that an earlier attempt began; undefined where it has ended or is gone. */
export async function beginExport(db: Database, id: string): Promise<ExportRow | undefined> {
  const { rows } = await sql<ExportRow>`
    update exports e set state = 'running' from works w join users u on u.id = w.owner_id
    where e.id = ${id} and e.state in ('queued', 'running') and w.id = e.work_id and w.deleted_at is null
    returning e.id, e.work_id as "workId", w.owner_id as "ownerId", u.guest, e.format, e.style, e.file, e.sources, e.state, e.step, e.size, e.problems, e.error, w.title`.execute(
    db,
  );
  return rows[0];
}

/** Which models answered in each turn, code agents' included, as the log has it. */
export async function modelsOfTurns(
  db: Database,
  workId: string,
): Promise<{ turn: number; model: string }[]> {
  const { rows } = await sql<{ turn: number; model: string }>`
    select distinct turn, body ->> 'model' as model from events
    where work_id = ${workId} and kind = 'step.started' and turn is not null and body ->> 'model' is not null
    order by turn, model limit 5000`.execute(db);
  return rows;
}

/** Says what is being done; false where nobody wants it any more: it was stopped, or its Work deleted. */
export async function noteStep(db: Database, id: string, step: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('exports')
    .set({ step })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whether somebody still wants it. */
export async function isWanted(db: Database, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('exports')
    .innerJoin('works', 'works.id', 'exports.work_id')
    .select('exports.id')
    .where('exports.id', '=', id)
    .where('exports.state', '=', 'running')
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Stops one that is being made, or forgets one that was; false where the person has none of that id. */
export async function dropExport(
  db: Database,
  of: { id: string; workId: string; ownerId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('exports')
    .using('works')
    .whereRef('works.id', '=', 'exports.work_id')
    .where('exports.id', '=', of.id)
    .where('exports.work_id', '=', of.workId)
    .where('works.owner_id', '=', of.ownerId)
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export type ExportEnd =
  | { state: 'done'; size: number; problems: ExportProblem[]; madeFrom?: MadeFrom | undefined }
  | { state: 'failed'; error: string };

/** Says how it ended; false where it had ended before, or is gone. */
export async function endExport(db: Database, id: string, end: ExportEnd): Promise<boolean> {
  const values =
    end.state === 'done'
      ? {
          ...{ state: end.state, size: end.size, problems: storableJson(end.problems) },
          made_from: end.madeFrom === undefined ? null : storableJson(end.madeFrom),
        }
      : { state: end.state, error: storableText(end.error) };
  const { numUpdatedRows } = await db
    .updateTable('exports')
    .set(values)
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The newest of the Work's documents with this key that is kept, and which files it was made of. */
export async function madeWithKey(
  db: Database,
  workId: string,
  key: string,
): Promise<{ id: string; problems: ExportProblem[]; files: MadeFrom['files'] } | undefined> {
  const { rows } = await sql<{ id: string; problems: ExportProblem[]; files: MadeFrom['files'] }>`
    select id, problems, made_from -> 'files' as files from exports
    where work_id = ${workId} and state = 'done' and made_from ->> 'key' = ${key}
    order by created_at desc limit 1`.execute(db);
  return rows[0];
}

/** The person's exports whose files are kept. */
export async function keptExports(db: Database, ownerId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('exports')
    .innerJoin('works', 'works.id', 'exports.work_id')
    .select('exports.id')
    .where('works.owner_id', '=', ownerId)
    .where('works.deleted_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** The newest document of each format that was made of the Work's paper and is kept. */
export async function doneExports(db: Database, workId: string): Promise<{ id: string; format: string }[]> {
  return await db
    .selectFrom('exports')
    .select(['id', 'format'])
    .distinctOn('format')
    .where('work_id', '=', workId)
    .where('state', '=', 'done')
    .where('format', 'in', ['pdf', 'docx', 'latex', 'html', 'ipynb'])
    .orderBy('format')
    .orderBy('created_at', 'desc')
    .execute();
}

/** Whose Work it is, deleted or not; undefined where it is gone. */
export async function ownerOf(db: Database, workId: string): Promise<string | undefined> {
  const row = await db.selectFrom('works').select('owner_id').where('id', '=', workId).executeTakeFirst();
  return row?.owner_id;
}

/** Takes exports that nobody seems to be at, for their workflows to be started again; each is given to one caller. */
export async function claimStalledExports(db: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update exports set woken_at = pa_now() where id in (
      select id from exports
      where state = 'queued' and woken_at < pa_now() - interval '10 s'
        or state = 'running' and woken_at < pa_now() - interval '10 min'
      limit 50 for update skip locked)
    returning id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Exports that some worker is at, or was. */
export async function runningExports(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('exports')
    .select('id')
    .where('state', '=', 'running')
    .limit(200)
    .execute();
  return rows.map(({ id }) => id);
}

/** Removes the rows of old exports; a job removes the files that no row names. */
export async function forgetOldExports(db: Database): Promise<void> {
  await db
    .deleteFrom('exports')
    .where('created_at', '<', sql<Date>`pa_now() - make_interval(hours => ${KEPT_HOURS}::integer)`)
    .execute();
}
