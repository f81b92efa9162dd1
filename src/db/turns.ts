/**
 * Turns, steps and tool calls: each function is one statement, is idempotent, and says in its result's `kind`
 * what was found. The rules themselves are in functions/ (R3-R5): they must hold between processes.
 */
import { sql } from 'kysely';
import type { CallRef } from '../domain/calls.ts';
import type { TurnError, TurnOutcome } from '../domain/events.ts';
import {
  type FileChange,
  type Part,
  type RunEnding,
  STOPPED_CALL,
  type ToolArguments,
  type Usage,
} from '../domain/messages.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';

/** Who makes an attempt, and which activity it is, so that a dead worker's can be failed at once (R9). */
export interface Holder {
  workerId: string;
  workflowId: string;
  activityId: string;
}

/** What the workflow is told of a stored answer: references and counts, no content (R1). */
export interface StepResult {
  turn: number;
  step: number;
  messageId: string;
  finishReason: string;
  calls: CallRef[];
  inputTokens: number;
  outputTokens: number;
  /** True where the statement that stored the answer also ended the turn. */
  ended: boolean;
  /** Whether a message then waited for a turn. */
  queued: boolean;
}

export type StepClaim =
  | { kind: 'idle' }
  | { kind: 'gone' }
  | { kind: 'over'; turn: number }
  | { kind: 'stopped'; turn: number }
  | { kind: 'done'; turn: number; step: number; result: StepResult }
  | { kind: 'busy'; turn: number; step: number; worker: string; attempt: number }
  /** `crashed` where this very question gave it up, for it had brought too many workers down (C1). */
  | { kind: 'failed'; turn: number; crashed?: true }
  | { kind: 'wait'; turn: number; step: number; inMs: number }
  | ({
      kind: 'claimed';
      turn: number;
      step: number;
      attempt: number;
      messageId: string;
      ageMs: number;
    } & ClaimedFor);

/** What a claim says of whose it is, and of what befell those who held it before. */
export interface ClaimedFor {
  person: { id: string; guest: boolean };
  /** Workers that came down by themselves at it. */
  crashes: number;
}

/** Tokens of 24 hours that a person may use, input and output together; undefined: without bound. */
export interface TokensPerDay {
  account: number | undefined;
  guest: number | undefined;
}

const UNBOUNDED: TokensPerDay = { account: undefined, guest: undefined };

/** Claims a step: see claim_step in functions/steps.sql for each answer. */
export async function claimStep(
  db: Database,
  request: { workId: string; turn: number | null; agent: string; step: number | null; model: string },
  by: Holder,
  tokens: TokensPerDay = UNBOUNDED,
): Promise<StepClaim> {
  return await call<StepClaim>(
    db,
    sql`claim_step(${request.workId}::uuid, ${request.turn}::integer, ${request.agent}::text,
      ${request.step}::integer, ${request.model}::text, ${by.workerId}::uuid, ${by.workflowId}::text,
      ${by.activityId}::text, ${tokens.account ?? null}::bigint, ${tokens.guest ?? null}::bigint)`,
  );
}

/** The key of a model step's claim. */
export function stepKey(turn: number, agent: string, step: number): string {
  return `model:${turn}:${agent}:${step}`;
}

/** The key of a tool call's claim. */
export function toolKey(toolCallId: string): string {
  return `tool:${toolCallId}`;
}

/**
 * Stores a finished answer (D6). Where `final`, the turn ends with it, unless somebody steers it on and it `mayGoOn`
 * (absent: it may): see complete_step in functions/steps.sql.
 */
export async function completeStep(
  db: Database,
  step: {
    workId: string;
    key: string;
    attempt: number;
    parts: Part[];
    usage: Usage;
    /** What goes back with the answer (M8); stored in the same statement. */
    returned?: object | undefined;
    final: boolean;
    mayGoOn?: boolean;
    result: Omit<StepResult, 'ended' | 'queued'>;
  },
): Promise<{ kind: 'fenced' } | { kind: 'stored'; result: StepResult }> {
  const complete = sql`complete_step(${step.workId}::uuid, ${step.key}::text, ${step.attempt}::integer,
      ${storableJson(step.parts)}::jsonb, ${storableJson(step.usage)}::jsonb, ${step.final}::boolean,
      ${storableJson(step.result)}::jsonb, ${step.mayGoOn ?? true}::boolean)`;
  if (step.returned === undefined) return await call(db, complete);
  // A statement that changes something may stand in a WITH at the top only.
  return await answerOf(
    db,
    sql`with done as materialized (select ${complete} as answer), kept as (
        insert into answer_returns (work_id, message_id, items)
        select ${step.workId}::uuid, (answer -> 'result' ->> 'messageId')::uuid, ${storableJson(step.returned)}::jsonb
        from done where answer ->> 'kind' = 'stored'
        on conflict do nothing)
      select answer from done`,
  );
}

/** Says of a suspect's attempt whether it is beginning alone: see begin_alone in functions/claims.sql. */
export async function beginAlone(
  db: Database,
  claim: { workId: string; key: string; attempt: number },
  alone: boolean,
): Promise<boolean> {
  return await call<boolean>(
    db,
    sql`begin_alone(${claim.workId}::uuid, ${claim.key}::text, ${claim.attempt}::integer, ${alone}::boolean)`,
  );
}

/** Gives a claim up: its attempt ended without an outcome, and the next need not wait for this worker. */
export async function releaseClaim(
  db: Database,
  claim: { workId: string; key: string; attempt: number },
): Promise<void> {
  await call<boolean>(
    db,
    sql`fail_step(${claim.workId}::uuid, ${claim.key}::text, ${claim.attempt}::integer, null, null)`,
  );
}

/**
 * Says of an attempt that holds a claim that the given activity waits for it. False where waiting has no sense: it has
 * settled, or its worker is dead. See await_claim in functions/claims.sql.
 */
export async function awaitClaim(
  db: Database,
  claim: { workId: string; key: string; attempt: number },
  by: Holder,
): Promise<boolean> {
  return await call<boolean>(
    db,
    sql`await_claim(${claim.workId}::uuid, ${claim.key}::text, ${claim.attempt}::integer, ${by.workerId}::uuid,
      ${by.workflowId}::text, ${by.activityId}::text)`,
  );
}

/**
 * Gives up an attempt: one that will be made again (those who watch are told when), or one that failed for good
 * (the turn's end will show the error). False when it was fenced.
 */
export async function failStep(
  db: Database,
  step: { workId: string; key: string; attempt: number; agent: string },
  failure: { retry: { what: string; code: string; reason: string; inMs: number } } | { error: TurnError },
): Promise<boolean> {
  const event =
    'retry' in failure ? storableJson({ kind: 'retrying', agent: step.agent, ...failure.retry }) : null;
  const error = 'error' in failure ? storableJson(failure.error) : null;
  return await call<boolean>(
    db,
    sql`fail_step(${step.workId}::uuid, ${step.key}::text, ${step.attempt}::integer, ${event}::jsonb,
      ${error}::jsonb)`,
  );
}

export type ToolClaim =
  | { kind: 'over' }
  | { kind: 'stopped' }
  | { kind: 'busy'; worker: string; attempt: number }
  /** `crashed` where this very question gave it up (C1). */
  | { kind: 'done'; result: { ok: boolean }; crashed?: true }
  | ({
      kind: 'claimed';
      attempt: number;
      name: string;
      arguments: ToolArguments;
      agent: string;
      progress: unknown;
      /** What earlier attempts stored: both streams as they came, and each by itself. */
      output: string;
      stdout: string;
      stderr: string;
      ageMs: number;
      /** A run of code of this call has begun, in an earlier attempt. */
      begun: boolean;
    } & ClaimedFor);

/** Claims a tool call: see claim_tool in functions/tool-calls.sql for each answer. */
export async function claimTool(
  db: Database,
  request: { workId: string; turn: number; toolCallId: string },
  by: Holder,
): Promise<ToolClaim> {
  return await call<ToolClaim>(
    db,
    sql`claim_tool(${request.workId}::uuid, ${request.turn}::integer, ${request.toolCallId}::uuid,
      ${by.workerId}::uuid, ${by.workflowId}::text, ${by.activityId}::text)`,
  );
}

export interface ToolOutcome {
  ok: boolean;
  result: string;
  files: FileChange[];
  durationMs: number;
  ending?: RunEnding;
}

/** Characters of a result that are stored: each reader of the conversation is sent them (H6). */
export const RESULT_STORED = 1024 ** 2;

function bounded(outcome: ToolOutcome): ToolOutcome {
  if (outcome.result.length <= RESULT_STORED) return outcome;
  const note = '\n[… cut: a result may have 1 MiB]';
  return { ...outcome, result: outcome.result.slice(0, RESULT_STORED - note.length).toWellFormed() + note };
}

/** Stores a tool call's one outcome (D5); a result beyond `RESULT_STORED` is cut. */
export async function completeTool(
  db: Database,
  tool: { workId: string; toolCallId: string; attempt: number; outcome: ToolOutcome; output: string | null },
): Promise<{ kind: 'fenced' } | { kind: 'stored' }> {
  return await call(
    db,
    sql`complete_tool(${tool.workId}::uuid, ${tool.toolCallId}::uuid, ${tool.attempt}::integer,
      ${storableJson(bounded(tool.outcome))}::jsonb,
      ${tool.output === null ? null : storableText(tool.output)}::text)`,
  );
}

/**
 * Ends a turn that did not end by a final answer; `error: null` leaves it to the step that failed to say why.
 * Ending one that has ended changes nothing.
 */
export async function finishTurn(
  db: Database,
  turn: { workId: string; turn: number; outcome: Exclude<TurnOutcome, 'done'>; error: TurnError | null },
): Promise<{ ended: boolean; outcome: TurnOutcome; queued: boolean }> {
  const words = turn.outcome === 'stopped' ? STOPPED_CALL : 'This call did not finish: the turn failed.';
  const error = turn.error ? storableJson(turn.error) : null;
  return await call(
    db,
    sql`finish_turn(${turn.workId}::uuid, ${turn.turn}::integer, ${turn.outcome}::text, ${error}::jsonb,
      ${words}::text)`,
  );
}

/** Whether an attempt at something of the turn still runs, on a worker that lives. */
export async function isAttended(db: Database, workId: string, turn: number): Promise<boolean> {
  return await call<boolean>(db, sql`is_attended(${workId}::uuid, ${turn}::integer)`);
}

/** Whether a turn of the Work runs now. */
export async function isTurnRunning(db: Database, workId: string): Promise<boolean> {
  const row = await db.selectFrom('works').select('running_turn').where('id', '=', workId).executeTakeFirst();
  return (row?.running_turn ?? null) !== null;
}

/** Asks the given turn, or whichever runs, to stop; gives its number, or null where nothing of it runs. */
export async function requestStop(db: Database, workId: string, turn: number | null): Promise<number | null> {
  return await call<number | null>(db, sql`request_stop(${workId}::uuid, ${turn}::integer)`);
}

function call<T>(db: Database, expression: ReturnType<typeof sql>): Promise<T> {
  return answerOf(db, sql`select ${expression} as answer`);
}

/** The `answer` of the statement's only row. */
async function answerOf<T>(db: Database, statement: ReturnType<typeof sql>): Promise<T> {
  const { rows } = await sql<{ answer: T }>`${statement}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('a database function gave no row');
  return row.answer;
}

/** The files that all calls of one code agent changed, each once, with its last change. */
export async function filesOfAgent(db: Database, workId: string, agent: string): Promise<FileChange[]> {
  const rows = await db
    .selectFrom('tool_calls')
    .select('files')
    .where('work_id', '=', workId)
    .where('turn', '=', turnOfAgent(workId, agent))
    .where('agent', '=', agent)
    .where('files', 'is not', null)
    .orderBy('step')
    .orderBy('index')
    .execute();
  const byPath = new Map<string, FileChange>();
  for (const change of rows.flatMap((row) => row.files as unknown as FileChange[])) {
    const earlier = byPath.get(change.path);
    // Added and then changed is, seen from before, added.
    const added = earlier?.change === 'added' && change.change === 'changed';
    byPath.set(change.path, added ? { ...change, change: 'added' } : change);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The arguments that a call was made with; undefined where there is no such call. */
export async function callArguments(
  db: Database,
  workId: string,
  toolCallId: string,
): Promise<ToolArguments | undefined> {
  const row = await db
    .selectFrom('tool_calls')
    .select('arguments')
    .where('work_id', '=', workId)
    .where('id', '=', toolCallId)
    .executeTakeFirst();
  return row?.arguments as ToolArguments | undefined;
}

/** Milliseconds since a code agent's first step began; 0 before it. */
export async function agentAgeMs(db: Database, workId: string, agent: string): Promise<number> {
  const row = await db
    .selectFrom('claims')
    .select(sql<number | null>`age_ms(min(first_at))`.as('age'))
    .where('work_id', '=', workId)
    .where('turn', '=', turnOfAgent(workId, agent))
    .where('agent', '=', agent)
    .where('step', 'is not', null)
    .executeTakeFirst();
  return row?.age ?? 0;
}

/** The turn in which a code agent was called. What it did is found by it, however long the Work is (D11). */
function turnOfAgent(workId: string, agent: string) {
  return sql<number>`(select turn from tool_calls where work_id = ${workId}::uuid and id = ${agent}::uuid)`;
}

/** Those of the given turns that somebody asked to stop. */
export async function stoppedTurns(
  db: Database,
  turns: { workId: string; turn: number }[],
): Promise<{ workId: string; turn: number }[]> {
  if (turns.length === 0) return [];
  const rows = await db
    .selectFrom('works')
    .select(['id as workId', 'stop_turn as turn'])
    .where('id', 'in', [...new Set(turns.map(({ workId }) => workId))])
    .where('stop_turn', 'is not', null)
    .execute();
  return rows.filter((row): row is { workId: string; turn: number } => row.turn !== null);
}

/** The code agents that a turn has started, by the ids of their calls. */
export async function codeAgentsOf(db: Database, workId: string, turn: number): Promise<string[]> {
  const rows = await db
    .selectFrom('claims')
    .select('agent')
    .distinct()
    .where('work_id', '=', workId)
    .where('turn', '=', turn)
    .where('agent', '!=', 'main')
    .execute();
  return rows.map((row) => row.agent);
}
