/** Orders for a Work's runs to be made again (P19), and what became of them. */
import { sql } from 'kysely';
import type { RunVerified, VerifyMode, VerifyReport } from '../domain/verification/types.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson, storableText } from './storable.ts';

export type VerificationState = 'queued' | 'running' | 'done' | 'failed' | 'stopped';

export interface VerificationRow {
  id: string;
  mode: VerifyMode;
  state: VerificationState;
  /** What is being done. */
  step: string | null;
  /** So far. */
  runs: RunVerified[];
  report: VerifyReport | null;
  error: string | null;
}

/** One that an attempt is at. */
export interface VerificationOrder {
  id: string;
  workId: string;
  ownerId: string;
  guest: boolean;
  mode: VerifyMode;
  attempt: number;
  /** What an earlier attempt came to. */
  scratch: string | null;
  began: { number: number; toolCallId: string } | null;
  runs: RunVerified[];
}

/**
 * Takes an order. `isStarted`: its workflow is started by the caller, and by the sweeper only where that fails.
 * 'missing': the person has no such Work; 'too_many': one of theirs is under way.
 */
export async function orderVerification(
  db: Database,
  of: { id: string; workId: string; ownerId: string; mode: VerifyMode; isStarted: boolean },
): Promise<'ordered' | 'missing' | 'too_many'> {
  return await call(
    db,
    sql`order_verification(${of.ownerId}::uuid, ${of.workId}::uuid, ${of.id}::uuid, ${of.mode}::text,
      ${of.isStarted}::boolean)`,
  );
}

export async function findVerification(
  db: Database,
  of: { id: string; workId: string; ownerId: string },
): Promise<VerificationRow | undefined> {
  const row = await db
    .selectFrom('verifications')
    .innerJoin('works', 'works.id', 'verifications.work_id')
    .select([
      'verifications.id',
      'verifications.mode',
      'verifications.state',
      'verifications.step',
      'verifications.runs',
      'verifications.report',
      'verifications.error',
    ])
    .where('verifications.id', '=', of.id)
    .where('verifications.work_id', '=', of.workId)
    .where('works.owner_id', '=', of.ownerId)
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row as VerificationRow | undefined;
}

/** Takes it over from whoever was at it; undefined where it has ended or is gone. */
export async function beginVerification(db: Database, id: string): Promise<VerificationOrder | undefined> {
  const { rows } = await sql<VerificationOrder>`
    update verifications v set state = 'running', attempt = v.attempt + 1
    from works w join users u on u.id = w.owner_id
    where v.id = ${id}::uuid and v.state in ('queued', 'running') and w.id = v.work_id and w.deleted_at is null
    returning v.id, v.work_id as "workId", w.owner_id as "ownerId", u.guest, v.mode, v.attempt, v.scratch, v.began,
      v.runs`.execute(db);
  return rows[0];
}

/** Writes down how far an attempt is; false where it does not count any more: stopped, superseded, or the Work deleted. */
export async function noteVerification(
  db: Database,
  { id, attempt }: Pick<VerificationOrder, 'id' | 'attempt'>,
  so: Partial<Pick<VerificationOrder, 'scratch' | 'began' | 'runs'> & { step: string }>,
): Promise<boolean> {
  const { began, runs, ...rest } = so;
  const { numUpdatedRows } = await db
    .updateTable('verifications')
    .set({
      ...rest,
      ...(began === undefined ? {} : { began: began === null ? null : storableJson(began) }),
      ...(runs === undefined ? {} : { runs: storableJson(runs) }),
      state: 'running',
    })
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .where('work_id', 'in', db.selectFrom('works').select('id').where('deleted_at', 'is', null))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whether this attempt still counts. */
export async function isVerificationWanted(
  db: Database,
  { id, attempt }: Pick<VerificationOrder, 'id' | 'attempt'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('verifications')
    .innerJoin('works', 'works.id', 'verifications.work_id')
    .select('verifications.id')
    .where('verifications.id', '=', id)
    .where('verifications.attempt', '=', attempt)
    .where('verifications.state', '=', 'running')
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

export type VerificationEnd =
  | { state: 'done'; report: VerifyReport; reproduced: boolean }
  | { state: 'failed'; error: string };

/** Says how it ended; false where it had ended before, or another attempt is at it. `attempt` null: whoever was at it. */
export async function endVerification(
  db: Database,
  { id, attempt }: { id: string; attempt: number | null },
  end: VerificationEnd,
): Promise<boolean> {
  const report = end.state === 'done' ? storableJson(end.report) : null;
  const error = end.state === 'failed' ? storableText(end.error) : null;
  const reproduced = end.state === 'done' ? end.reproduced : null;
  return await call(
    db,
    sql`end_verification(${id}::uuid, ${attempt}::integer, ${end.state}::text, ${report}::jsonb, ${error}::text,
      ${reproduced}::boolean)`,
  );
}

/** Stops one that is under way, forgets one that has ended; null where the person has none of that id. */
export async function dropVerification(
  db: Database,
  of: { id: string; workId: string; ownerId: string },
): Promise<'stopped' | 'gone' | null> {
  return await call(db, sql`drop_verification(${of.ownerId}::uuid, ${of.workId}::uuid, ${of.id}::uuid)`);
}

/** Whether somebody is at the run that was begun in this scratch folder. */
export async function isScratchRunWanted(
  db: Database,
  of: { workId: string; toolCallId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('verifications')
    .select('id')
    .where('scratch', '=', of.workId)
    .where('state', '=', 'running')
    .where(sql`began ->> 'toolCallId'`, '=', of.toolCallId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes verifications that nobody seems to be at, for their workflows to be started; each is given to one caller. */
export async function claimStalledVerifications(db: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update verifications set woken_at = pa_now() where id in (
      select id from verifications
      where state = 'queued' and woken_at < pa_now() - interval '10 s'
        or state = 'running' and woken_at < pa_now() - interval '10 min'
      limit 50 for update skip locked)
    returning id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Verifications that some worker is at, or was. */
export async function runningVerifications(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('verifications')
    .select('id')
    .where('state', '=', 'running')
    .limit(200)
    .execute();
  return rows.map(({ id }) => id);
}
