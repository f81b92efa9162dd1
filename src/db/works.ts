/** Works as their owners see them. Each query names the owner: a foreign id finds nothing (A2). */
import { sql } from 'kysely';
import type { WorkBudget } from '../domain/budgets.ts';
import type { Usage } from '../domain/messages.ts';
import type { Policy } from '../domain/policy.ts';
import type { WorkStatus } from '../domain/reducer.ts';
import type { ReviewSetting } from '../domain/reviews.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { hasAllWorks, holdPerson, type Quotas } from './quotas.ts';
import { statusOf } from './snapshot.ts';
import { storableText } from './storable.ts';

/** Which of the owner's models serves a role. */
export interface ModelChoice {
  main?: string | undefined;
  code?: string | undefined;
  summary?: string | undefined;
}

export interface WorkView {
  id: string;
  title: string;
  status: WorkStatus;
  templateId: string | null;
  /** Of the template's text that the Work began with, whatever has become of the template since. */
  templateVersion: string | null;
  models: ModelChoice;
  budget: WorkBudget | null;
  policy: Policy | null;
  /** null: nobody reviews the paper. */
  review: ReviewSetting | null;
  /** Whether a schedule of it is not paused (H7). */
  scheduled: boolean;
  /** Of all turns, summaries included; of the one that runs, what it has taken so far (P15). */
  usage: Usage;
  seq: number;
  createdAt: string;
  updatedAt: string;
}

/** A Work's place in a list that is ordered by when it last changed. */
export interface WorkCursor {
  /** ISO 8601 UTC with microseconds, as Postgres has it. */
  updatedAt: string;
  id: string;
}

const precise = sql<string>`to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const asking = sql<boolean>`is_asking(works.id)`.as('asking');

const scheduled = sql<boolean>`exists (
  select from schedules s where s.work_id = works.id and s.deleted_at is null and not s.paused)`.as(
  'scheduled',
);

const WORK_COLUMNS = [
  'id',
  'title',
  'running_turn',
  'stop_turn',
  asking,
  'template_id',
  'template_version',
  'models',
  'budget',
  'policy',
  'review',
  scheduled,
  // A turn's is added to the Work's as it ends, in the statement after which it runs no more.
  sql<unknown>`add_usage(usage, (select t.usage from turns t where t.work_id = works.id and t.turn = works.running_turn))`.as(
    'usage',
  ),
  'last_seq',
  sql<string>`iso_time(created_at)`.as('createdAt'),
  sql<string>`iso_time(updated_at)`.as('updatedAt'),
] as const;

interface WorkRow {
  id: string;
  title: string;
  running_turn: number | null;
  stop_turn: number | null;
  asking: boolean;
  template_id: string | null;
  template_version: string | null;
  models: unknown;
  budget: unknown;
  policy: unknown;
  review: unknown;
  scheduled: boolean;
  usage: unknown;
  last_seq: number;
  createdAt: string;
  updatedAt: string;
}

function toView(row: WorkRow): WorkView {
  return {
    id: row.id,
    title: row.title,
    status: statusOf(row),
    templateId: row.template_id,
    templateVersion: row.template_version,
    models: row.models as ModelChoice,
    budget: row.budget as WorkBudget | null,
    policy: row.policy as Policy | null,
    review: row.review as ReviewSetting | null,
    scheduled: row.scheduled,
    usage: row.usage as Usage,
    seq: row.last_seq,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** What became of a wish for a further Work: 'full' where its owner has as many as they may have. */
export type Made<T> = T | 'full' | undefined;

/**
 * Makes the row of a Work whose files are there already; undefined where the owner is no more, or the id is taken.
 * `quotas` are counted under the owner's row: they hold however many are made at once.
 */
export async function createWork(
  db: Database,
  work: {
    id: string;
    ownerId: string;
    title: string;
    titled: boolean;
    template: { id: string; version: string } | null;
    models: ModelChoice;
    budget?: WorkBudget | undefined;
    policy?: Policy | undefined;
    review?: ReviewSetting | undefined;
    /** Of its files. */
    diskBytes: number;
  },
  quotas: Quotas,
): Promise<Made<WorkView>> {
  return await withinWorks(db, work.ownerId, quotas, (held) => insertWork(held, work));
}

/** Runs `make` where the owner, whose row is held meanwhile, may have one Work more. */
export async function withinWorks<T>(
  db: Database,
  ownerId: string,
  quotas: Quotas,
  make: (held: Database) => Promise<T | undefined>,
): Promise<Made<T>> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, ownerId);
    if (person === undefined) return undefined;
    return (await hasAllWorks(held, { id: ownerId, ...person }, quotas)) ? 'full' : await make(held);
  });
}

async function insertWork(
  db: Database,
  work: Parameters<typeof createWork>[1],
): Promise<WorkView | undefined> {
  const row = await db
    .insertInto('works')
    .columns([
      'id',
      'owner_id',
      'title',
      'titled',
      'named',
      'template_id',
      'template_version',
      'models',
      'budget',
      'policy',
      'review',
      'disk_bytes',
      'disk_at',
      'created_at',
      'updated_at',
    ])
    .expression((query) =>
      query
        .selectFrom('users')
        .select([
          sql<string>`${work.id}::uuid`.as('id'),
          'users.id as owner_id',
          sql<string>`${storableText(work.title)}::text`.as('title'),
          sql<boolean>`${work.titled}::boolean`.as('titled'),
          sql<boolean>`${work.titled}::boolean`.as('named'),
          sql<string | null>`${work.template?.id ?? null}::uuid`.as('template_id'),
          sql<string | null>`${work.template?.version ?? null}::text`.as('template_version'),
          sql<string>`${JSON.stringify(work.models)}::jsonb`.as('models'),
          sql<string | null>`${work.budget === undefined ? null : JSON.stringify(work.budget)}::jsonb`.as(
            'budget',
          ),
          sql<string | null>`${work.policy === undefined ? null : JSON.stringify(work.policy)}::jsonb`.as(
            'policy',
          ),
          sql<string | null>`${work.review === undefined ? null : JSON.stringify(work.review)}::jsonb`.as(
            'review',
          ),
          sql<number>`${work.diskBytes}::bigint`.as('disk_bytes'),
          sql<Date>`pa_statement_now()`.as('disk_at'),
          databaseNow.as('created_at'),
          databaseNow.as('updated_at'),
        ])
        .where('users.id', '=', work.ownerId)
        .where('users.deleted_at', 'is', null),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning(WORK_COLUMNS)
    .executeTakeFirst();
  return row && toView(row);
}

export async function findWork(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<WorkView | undefined> {
  const row = await db
    .selectFrom('works')
    .select(WORK_COLUMNS)
    .where('id', '=', workId)
    .where('owner_id', '=', ownerId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row && toView(row);
}

/** What a viewer's start needs to know of a Work: how far its log goes, and what it is doing. */
export interface WorkExtent {
  status: WorkStatus;
  lastSeq: number;
  prunedThrough: number;
  /** Through which seq the history file shows the conversation. */
  historySeq: number;
}

export async function findExtent(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<WorkExtent | undefined> {
  const row = await db
    .selectFrom('works')
    .select(['running_turn', 'stop_turn', asking, 'last_seq', 'pruned_through', 'history_seq'])
    .where('id', '=', workId)
    .where('owner_id', '=', ownerId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      status: statusOf(row),
      lastSeq: row.last_seq,
      prunedThrough: row.pruned_through,
      historySeq: row.history_seq,
    }
  );
}

/** A page of the owner's Works, those that changed last first; `q` is looked for in their titles. */
export async function listWorks(
  db: Database,
  ownerId: string,
  { q, limit, after }: { q?: string | undefined; limit: number; after?: WorkCursor | undefined },
): Promise<{ items: WorkView[]; next: WorkCursor | undefined }> {
  let query = db
    .selectFrom('works')
    .select([...WORK_COLUMNS, precise.as('precise')])
    .where('owner_id', '=', ownerId)
    .where('deleted_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(limit + 1);
  if (q) query = query.where('title', 'ilike', `%${storableText(q).replace(/[\\%_]/g, '\\$&')}%`);
  if (after) {
    // The first condition is the one that the index is read from.
    query = query.where(
      sql<boolean>`(updated_at <= ${after.updatedAt}::timestamptz
        and (updated_at < ${after.updatedAt}::timestamptz or id > ${after.id}::uuid))`,
    );
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toView),
    next: rows.length > limit && last ? { updatedAt: last.precise, id: last.id } : undefined,
  };
}

/** Changes what the owner may change; undefined where there is no such Work. */
export async function changeWork(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
  change: {
    title?: string | undefined;
    models?: ModelChoice | undefined;
    budget?: WorkBudget | null | undefined;
    policy?: Policy | null | undefined;
    review?: ReviewSetting | null | undefined;
  },
): Promise<WorkView | undefined> {
  const row = await db
    .updateTable('works')
    .set({
      updated_at: databaseNow,
      ...(change.title === undefined ? {} : { title: storableText(change.title), titled: true, named: true }),
      ...(change.models === undefined ? {} : { models: JSON.stringify(change.models) }),
      ...(change.budget === undefined ? {} : { budget: change.budget && JSON.stringify(change.budget) }),
      ...(change.policy === undefined ? {} : { policy: change.policy && JSON.stringify(change.policy) }),
      ...(change.review === undefined ? {} : { review: change.review && JSON.stringify(change.review) }),
    })
    .where('id', '=', workId)
    .where('owner_id', '=', ownerId)
    .where('deleted_at', 'is', null)
    .returning(WORK_COLUMNS)
    .executeTakeFirst();
  return row && toView(row);
}

/** Calls a Work as its paper calls itself, unless a person named it (V56). */
export async function nameByPaper(db: Database, workId: string, title: string): Promise<void> {
  await db
    .updateTable('works')
    .set({ title: storableText(title), titled: true })
    .where('id', '=', workId)
    .where('named', '=', false)
    .where('title', '<>', storableText(title))
    .where('deleted_at', 'is', null)
    .execute();
}

/**
 * Asks the given turn of the owner's Work, or whichever runs, to stop (R8). Gives its number, null where nothing
 * of it runs, undefined where there is no such Work.
 */
export async function stopOwnWork(
  db: Database,
  { workId, ownerId, turn }: { workId: string; ownerId: string; turn: number | null },
): Promise<number | null | undefined> {
  const { rows } = await sql<{ turn: number | null }>`
    select request_stop(id, ${turn}::integer) as turn from works
    where id = ${workId}::uuid and owner_id = ${ownerId}::uuid and deleted_at is null`.execute(db);
  return rows[0] === undefined ? undefined : rows[0].turn;
}
