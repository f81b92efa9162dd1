/**
 * Claims of steps and of tool calls: who holds one, who waits for it, who gives it up. Each function is one statement and
 * is idempotent. The rules are in functions/claims.sql (R3-R5): they must hold between processes.
 */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { call } from './function-call.ts';

/** Who makes an attempt, and which activity it is, so that a dead worker's can be failed at once (R9). */
export interface Holder {
  workerId: string;
  workflowId: string;
  activityId: string;
}

/** What a claim says of whose it is, and of what befell those who held it before. */
export interface ClaimedFor {
  person: { id: string; guest: boolean };
  /** Workers that came down by themselves at it. */
  crashes: number;
}

/** The key of a model step's claim. */
export function stepKey(turn: number, agent: string, step: number): string {
  return `model:${turn}:${agent}:${step}`;
}

/** The key of a tool call's claim. */
export function toolKey(toolCallId: string): string {
  return `tool:${toolCallId}`;
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
