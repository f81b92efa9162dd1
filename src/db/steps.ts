/**
 * Steps of an agent: claimed, answered, failed. Each function is one statement, is idempotent, and says in its result's
 * `kind` what was found. The rules are in functions/steps.sql (R3-R5): they must hold between processes.
 */
import { sql } from 'kysely';
import type { CallRef } from '../domain/calls.ts';
import type { TurnError } from '../domain/events.ts';
import type { Part, Usage } from '../domain/messages.ts';
import type { Verdict } from '../domain/reviews.ts';
import type { ClaimedFor, Holder } from './claims.ts';
import type { Database } from './database.ts';
import type { Batch } from './event-writer.ts';
import { answerOf, call } from './function-call.ts';
import { storableJson } from './storable.ts';
import type { ToolClaim } from './tool-calls.ts';

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
  /** The round of review that is due (H5). */
  review?: number;
}

export type StepClaim =
  | { kind: 'idle' }
  | { kind: 'gone' }
  | { kind: 'over'; turn: number }
  | { kind: 'stopped'; turn: number }
  | { kind: 'done'; turn: number; step: number; result: StepResult }
  /** A person is asked first whether it may begin (H4). */
  | { kind: 'asking'; turn: number }
  | { kind: 'busy'; turn: number; step: number; worker: string; attempt: number }
  /** `crashed` where this very question gave it up, for it had brought too many workers down (SR-C1). */
  | { kind: 'failed'; turn: number; crashed?: true }
  | { kind: 'wait'; turn: number; step: number; inMs: number }
  | ({
      kind: 'claimed';
      turn: number;
      step: number;
      attempt: number;
      messageId: string;
      ageMs: number;
      /** Files have to come back before anybody looks at them (T10). */
      restoring: boolean;
    } & ClaimedFor);

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
      ${by.activityId}::text, ${tokens.account ?? null}::bigint, ${tokens.guest ?? null}::bigint, true)`,
  );
}

/**
 * Stores a finished answer (D6). Where `final`, the turn ends with it, unless somebody steers it on and it `mayGoOn`
 * (absent: it may): see complete_step in functions/steps.sql. In the same statement goes what is given of the rest: what
 * its stream has not stored yet, before it; what goes back with the answer; and claims of calls that it made, for whoever
 * does them at once.
 */
export async function completeStep(
  db: Database,
  step: {
    workId: string;
    key: string;
    attempt: number;
    parts: Part[];
    usage: Usage;
    final: boolean;
    mayGoOn?: boolean;
    /** The path of the paper that a reviewer reads, where the Work has one (H5). */
    paper?: string;
    /** What this is where a reviewer gave it. */
    review?: { verdict: Verdict; points: string[]; paper?: string };
    result: Omit<StepResult, 'ended' | 'queued' | 'review'>;
    /** What goes back with the answer (M8). */
    returned?: object | undefined;
    /** What its stream still holds. */
    rest?: readonly Batch[];
    /** The calls to be claimed, and for whom. */
    claim?: { toolCallIds: string[]; by: Holder } | undefined;
  },
): Promise<{ kind: 'fenced' } | { kind: 'stored'; result: StepResult; claims: ToolClaim[] }> {
  const { workId, rest = [], claim } = step;
  const complete = sql`complete_step(${workId}::uuid, ${step.key}::text, ${step.attempt}::integer,
      ${storableJson(step.parts)}::jsonb, ${storableJson(step.usage)}::jsonb, ${step.final}::boolean,
      ${storableJson(step.result)}::jsonb, ${step.mayGoOn ?? true}::boolean,
      ${step.paper ?? null}::text, ${step.review === undefined ? null : storableJson(step.review)}::jsonb)`;
  // One after the other: each reads from the one before. A statement that changes something may stand in a WITH at the
  // top only.
  const before = rest.length === 0 ? sql`select` : sql`select append_batches(${storableJson(rest)}::jsonb)`;
  const kept =
    step.returned === undefined
      ? sql``
      : sql`, kept as (
        insert into answer_returns (work_id, message_id, items)
        select ${workId}::uuid, (answer -> 'result' ->> 'messageId')::uuid, ${storableJson(step.returned)}::jsonb
        from done where answer ->> 'kind' = 'stored'
        on conflict do nothing)`;
  const claims =
    claim === undefined
      ? sql`'[]'::jsonb`
      : sql`(select coalesce(jsonb_agg(claim_tool(${workId}::uuid, ${step.result.turn}::integer, call.id, ${claim.by.workerId}::uuid,
          ${claim.by.workflowId}::text, ${claim.by.activityId}::text, null) order by call.ord), '[]')
        from unnest(${claim.toolCallIds}::uuid[]) with ordinality call (id, ord)
        where answer ->> 'kind' = 'stored')`;
  return await answerOf(
    db,
    sql`with streamed as materialized (${before}),
      done as materialized (select ${complete} as answer from streamed)${kept}
      select answer || case when answer ->> 'kind' = 'stored' then jsonb_build_object('claims', ${claims})
        else '{}'::jsonb end as answer from done`,
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
