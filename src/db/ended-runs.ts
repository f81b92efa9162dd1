/** Runs of code whose calls have ended, as people are shown them (P16). */
import { sql } from 'kysely';
import type { RunEnding } from '../domain/messages.ts';
import type { Fact } from '../domain/provenance/types.ts';
import type { EndedRun, FileRead, FileWrite } from '../domain/runs.ts';
import type { Database } from './database.ts';

/** Facts that the runs of one page have together, unless one alone has more. */
const FACTS_OF_PAGE = 10_000;

/** The newest first. `before`: a run's number. */
export async function listRuns(
  db: Database,
  workId: string,
  page: { limit: number; before?: number | undefined },
): Promise<{ runs: EndedRun[]; next: number | undefined }> {
  let sizes = joined(db, workId)
    .select([
      'runs.number',
      sql<number>`(select count(*)::integer from facts where facts.work_id = runs.work_id and facts.run = runs.number)`.as(
        'facts',
      ),
    ])
    .orderBy('runs.number', 'desc')
    .limit(page.limit + 1);
  if (page.before !== undefined) sizes = sizes.where('runs.number', '<', page.before);
  const candidates = await sizes.execute();
  let room = FACTS_OF_PAGE;
  const end = candidates.findIndex(({ facts }, index) => {
    room -= facts;
    return index === page.limit || (index > 0 && room < 0);
  });
  const numbers = (end < 0 ? candidates : candidates.slice(0, end)).map(({ number }) => number as number);
  if (numbers.length === 0) return { runs: [], next: undefined };
  const rows = await endedRuns(db, workId)
    .where('runs.number', 'in', numbers)
    .orderBy('runs.number', 'desc')
    .execute();
  return { runs: rows.map(runOf), next: end < 0 ? undefined : numbers.at(-1) };
}

export async function findRun(db: Database, workId: string, number: number): Promise<EndedRun | undefined> {
  const row = await endedRuns(db, workId).where('runs.number', '=', number).executeTakeFirst();
  return row && runOf(row);
}

/** What the script of a run said. */
export async function findScript(
  db: Database,
  workId: string,
  number: number,
): Promise<{ path: string; sha256: string; code: string } | undefined> {
  const row = await joined(db, workId)
    .select(['runs.script as path', 'runs.script_sha256 as sha256', 'runs.code'])
    .where('runs.number', '=', number)
    .executeTakeFirst();
  if (row === undefined || row.path === null || row.sha256 === null || row.code === null) return undefined;
  return { path: row.path, sha256: row.sha256, code: row.code };
}

function joined(db: Database, workId: string) {
  return db
    .selectFrom('runs')
    .innerJoin('tool_calls', (on) =>
      on.onRef('tool_calls.work_id', '=', 'runs.work_id').onRef('tool_calls.id', '=', 'runs.tool_call_id'),
    )
    .where('runs.work_id', '=', workId)
    .where('runs.number', 'is not', null)
    .where('tool_calls.state', '<>', 'running');
}

function endedRuns(db: Database, workId: string) {
  return joined(db, workId).select([
    'runs.number',
    'runs.script',
    'runs.script_sha256',
    'runs.tool_call_id',
    'runs.started_at',
    'runs.exit_code',
    'runs.reads',
    'runs.unseen',
    'runs.writes',
    'runs.more_facts',
    'runs.environment',
    'tool_calls.turn',
    'tool_calls.ending',
    'tool_calls.duration_ms',
    sql<Fact[]>`coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', name, 'value', value, 'unit', unit,
        'source', source, 'path', path, 'line', line, 'scriptLine', script_line)) order by n)
      from facts where facts.work_id = runs.work_id and facts.run = runs.number), '[]')`.as('facts'),
  ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof endedRuns>['execute']>>[number];

function runOf(row: Row): EndedRun {
  return {
    number: row.number as number,
    script: row.script as string,
    scriptSha256: row.script_sha256 as string,
    turn: row.turn,
    toolCallId: row.tool_call_id,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms ?? 0,
    // A turn that failed may have ended the call without knowing how the run ended.
    ending: (row.ending ?? 'lost') as RunEnding,
    exitCode: row.exit_code,
    reads: row.reads as FileRead[] | null,
    unseen: row.unseen,
    writes: (row.writes ?? []) as unknown as FileWrite[],
    facts: row.facts,
    moreFacts: row.more_facts,
    environment: row.environment,
  };
}
