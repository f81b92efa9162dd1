/**
 * Tool calls: claimed, and their one outcome stored. Each function is one statement, is idempotent, and says in its
 * result's `kind` what was found. The rules are in functions/tool-calls.sql (R3-R5): they must hold between processes.
 */
import { sql } from 'kysely';
import type { FileChange, RunEnding, ToolArguments } from '../domain/messages.ts';
import type { PlannedStep } from '../domain/plans.ts';
import type { ClaimedFor, Holder } from './claims.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import type { KeptRecord } from './runs.ts';
import { storableJson, storableText } from './storable.ts';

export type ToolClaim =
  | { kind: 'over' }
  | { kind: 'stopped' }
  /** A person is asked first whether it may be made (H2). */
  | { kind: 'asking' }
  | { kind: 'busy'; worker: string; attempt: number }
  /** `crashed` where this very question gave it up (SR-C1). */
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

/** Claims a tool call: see claim_tool in functions/tool-calls.sql for each answer; `mayAsk`: who wants it waits for people. */
export async function claimTool(
  db: Database,
  request: { workId: string; turn: number; toolCallId: string; mayAsk?: true | null },
  by: Holder,
): Promise<ToolClaim> {
  return await call<ToolClaim>(
    db,
    sql`claim_tool(${request.workId}::uuid, ${request.turn}::integer, ${request.toolCallId}::uuid,
      ${by.workerId}::uuid, ${by.workflowId}::text, ${by.activityId}::text, ${request.mayAsk === undefined ? false : request.mayAsk}::boolean)`,
  );
}

export interface ToolOutcome {
  ok: boolean;
  result: string;
  files: FileChange[];
  durationMs: number;
  ending?: RunEnding;
  /** The number of a run of code, and what is known of it. */
  run?: number;
  record?: KeptRecord;
  /** What the Work's plan is to be (H3). */
  plan?: PlannedStep[];
}

/** Characters of a result that are stored: each reader of the conversation is sent them (SR-H6). */
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
