/** What is remembered of code runs, and of files that tools change, so that nothing happens twice. */
import { sql } from 'kysely';
import type { RunRecord } from '../domain/runs.ts';
import { WORKSPACE_BYTES } from '../domain/workspace-limits.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';

/** What is known of a run as it begins: what the workspace held, and how many bytes it may have. */
export interface RunBegin<Before> {
  before: Before;
  workspaceBytes: number;
}

/**
 * Remembers that a run is about to be started and what the workspace held before it. The first caller's word
 * stands; `first` tells whether this was it. `number` is null for a run that a version before began that numbered none.
 */
export async function beginRun<Before>(
  db: Database,
  run: {
    workId: string;
    toolCallId: string;
    script: { path: string; code: string; sha256: string };
  },
  look: () => Promise<RunBegin<Before>>,
): Promise<RunBegin<Before> & { first: boolean; number: number | null }> {
  const known = await db
    .selectFrom('runs')
    .select(['before', 'workspace_bytes', 'number'])
    .where('work_id', '=', run.workId)
    .where('tool_call_id', '=', run.toolCallId)
    .executeTakeFirst();
  if (known)
    return {
      before: known.before as Before,
      workspaceBytes: known.workspace_bytes ?? WORKSPACE_BYTES,
      first: false,
      number: known.number,
    };
  const { script } = run;
  const now = await look();
  const { rows } = await sql<{ number: number }>`
    select begin_run(${run.workId}::uuid, ${run.toolCallId}::uuid, ${storableJson(now.before)}::jsonb,
      ${now.workspaceBytes}::bigint, ${script.path}::text, ${storableText(script.code)}::text,
      ${script.sha256}::text) as number`.execute(db);
  return { ...now, first: true, number: rows[0]?.number ?? null };
}

/** Takes `beginRun` back, where nothing could be started. */
export async function unbeginRun(db: Database, run: { workId: string; toolCallId: string }): Promise<void> {
  await db
    .deleteFrom('runs')
    .where('work_id', '=', run.workId)
    .where('tool_call_id', '=', run.toolCallId)
    .execute();
}

/** Forgets the workspace's state before a run whose outcome is stored; that it was started stays known. */
export async function endRun(db: Database, run: { workId: string; toolCallId: string }): Promise<void> {
  await db
    .updateTable('runs')
    .set({ before: '[]' })
    .where('work_id', '=', run.workId)
    .where('tool_call_id', '=', run.toolCallId)
    .execute();
}

/** What is known of a run, as the statement takes it that stores its call's outcome. */
export interface KeptRecord extends RunRecord {
  /** Names where it ran (`keepEnvironment`). */
  environment: string | null;
}

/** Keeps what the runs of one set-up have in common; what is there already stays. */
export async function keepEnvironment(db: Database, hash: string, details: object): Promise<void> {
  await db
    .insertInto('environments')
    .values({ hash, details: storableJson(details) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Where a run ran, by the name that it has of it; undefined where that is not known. */
export async function environmentOf(db: Database, hash: string | null): Promise<object | undefined> {
  if (hash === null) return undefined;
  const row = await db
    .selectFrom('environments')
    .select('details')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.details as object | undefined;
}

/** The runs that a turn left when it ended without them, by their calls' ids. */
export async function runsLeftBy(db: Database, of: { workId: string; turn: number }): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .innerJoin('tool_calls', (on) =>
      on.onRef('tool_calls.work_id', '=', 'runs.work_id').onRef('tool_calls.id', '=', 'runs.tool_call_id'),
    )
    .select('runs.tool_call_id as id')
    .where('runs.work_id', '=', of.workId)
    .where('tool_calls.turn', '=', of.turn)
    .where('tool_calls.ending', '=', 'cancelled')
    .execute();
  return rows.map(({ id }) => id);
}

/** Whether the turn that started this run still goes on: then somebody will ask for the run's ending. */
export async function isRunWanted(db: Database, workId: string, toolCallId: string): Promise<boolean> {
  const row = await db
    .selectFrom('tool_calls')
    .innerJoin('works', 'works.id', 'tool_calls.work_id')
    .select('tool_calls.id')
    .where('tool_calls.work_id', '=', workId)
    .where('tool_calls.id', '=', toolCallId)
    .where('tool_calls.state', '=', 'running')
    .whereRef('works.running_turn', '=', 'tool_calls.turn')
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether this code agent, named by the call that it is, still works in a turn that goes on. */
export async function isAgentWanted(db: Database, agent: string): Promise<boolean> {
  const row = await db
    .selectFrom('tool_calls')
    .innerJoin('works', 'works.id', 'tool_calls.work_id')
    .select('tool_calls.id')
    .where('tool_calls.id', '=', agent)
    .where('tool_calls.state', '=', 'running')
    .whereRef('works.running_turn', '=', 'tool_calls.turn')
    .executeTakeFirst();
  return row !== undefined;
}

/** A change that a tool call is about to make, or has made (R3). */
export interface JournalEntry {
  path: string;
  /** SHA-256 of the file's bytes, as hex; null where there is no file. */
  before: string | null;
  after: string | null;
  result: string;
}

/** What this call wrote down before it changed a file (R3). */
export async function findChange(
  db: Database,
  call: { workId: string; toolCallId: string },
  path: string,
): Promise<JournalEntry | null> {
  const row = await db
    .selectFrom('file_changes')
    .select(['path', 'sha_before as before', 'sha_after as after', 'result'])
    .where('work_id', '=', call.workId)
    .where('tool_call_id', '=', call.toolCallId)
    .where('path', '=', path)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Writes down a change before it is made; a retry that recomputed it replaces the entry. False where the attempt
 * does not count any more, or its turn is to stop: then the change must not be made.
 */
export async function recordChange(
  db: Database,
  call: { workId: string; toolCallId: string; attempt: number },
  entry: JournalEntry,
): Promise<boolean> {
  const { rows } = await sql<{ recorded: boolean }>`
    select record_change(${call.workId}::uuid, ${call.toolCallId}::uuid, ${call.attempt}::integer,
      ${entry.path}::text, ${entry.before}::text, ${entry.after}::text, ${storableText(entry.result)}::text)
      as recorded`.execute(db);
  return rows[0]?.recorded ?? false;
}
