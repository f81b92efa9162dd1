/**
 * The trace of a turn: the request that brought its message, the turn, each attempt at a step or a call, and in an
 * attempt its calls of a model and its runs of code. Attempts name their parent by what Postgres knows of it, so the
 * tree holds together across workers and their deaths; a worker that dies takes only the spans of what it was at.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApplicationFailure } from '@temporalio/activity';
import { TOOLS } from '../../agents/tool-table.ts';
import type { TurnOrigin } from '../../db/turn-origin.ts';
import type { TurnOutcome } from '../../domain/events.ts';
import { REVIEWER } from '../../domain/reviews.ts';
import { ofAgent, ofConversation, ofModelCall, ofTool } from '../../tracing/gen-ai.ts';
import {
  agentSpanId,
  type FinishedSpan,
  newSpanId,
  requestPlace,
  type SpanAttributes,
  spanClock,
  type Tracer,
  turnSpanId,
} from '../../tracing/spans.ts';
import { AttemptEnded } from '../claims/attempt-ended.ts';
import type { ModelCall, SandboxRun } from './metrics.ts';

export interface TurnOf {
  workId: string;
  turn: number;
}

/** An attempt at a step, or at a call of the named tool. */
export type AttemptOf = TurnOf & { agent: string; attempt: number } & (
    | { step: number }
    | { tool: string; toolCallId: string }
  );

export interface TurnTrace {
  /** Runs `body` as one attempt; `outcomeOf` is the code of what it gave. */
  attempt<T>(of: AttemptOf, body: () => Promise<T>, outcomeOf: (result: T) => string): Promise<T>;
  /** A call of a model, or a run of code, that has just ended in the attempt that says so. */
  modelCall(call: ModelCall): void;
  sandboxRun(run: SandboxRun): void;
  agentEnded(of: TurnOf & { agent: string; durationMs: number }): void;
  turnEnded(of: TurnOf, outcome: TurnOutcome): void;
  /** Resolves when all that was told has been recorded. */
  settled(): Promise<void>;
}

export const NO_TRACE: TurnTrace = {
  attempt: (_of, body) => body(),
  modelCall() {},
  sandboxRun() {},
  agentEnded() {},
  turnEnded() {},
  settled: async () => {},
};

/** Turns whose messages are remembered. */
const REMEMBERED = 1_000;

type SpanPart = Omit<FinishedSpan, 'place' | 'kind' | 'failed'> & {
  spanId: string;
  kind?: FinishedSpan['kind'];
  failed?: boolean;
};

/** @param originOf reads a turn's origin; @param onFailure when it could not be read: that span is left out */
export function createTurnTrace(
  tracer: Tracer,
  originOf: (of: TurnOf) => Promise<TurnOrigin | undefined>,
  onFailure: (of: TurnOf, error: unknown) => void,
): TurnTrace {
  const running = new AsyncLocalStorage<TurnOf & { spanId: string }>();
  const origins = new Map<string, Promise<TurnOrigin | undefined>>();
  const pending = new Set<Promise<void>>();

  function remembered(of: TurnOf): Promise<TurnOrigin | undefined> {
    const name = `${of.workId} ${of.turn}`;
    const known = origins.get(name);
    if (known !== undefined) return known;
    const found = originOf(of);
    found.catch(() => origins.delete(name));
    origins.set(name, found);
    const [oldest] = origins.keys();
    if (origins.size > REMEMBERED && oldest !== undefined) origins.delete(oldest);
    return found;
  }

  function record(
    of: TurnOf,
    origin: Promise<TurnOrigin | undefined>,
    partOf: (origin: TurnOrigin) => SpanPart,
  ): void {
    const done: Promise<void> = origin
      .then((found) => {
        if (found === undefined) return;
        const { spanId, attributes, kind = 'internal', failed = false, ...span } = partOf(found);
        const { traceId } = requestPlace(of.workId, found.messageId);
        const ids = {
          'paperagent.work_id': of.workId,
          'paperagent.turn': of.turn,
          ...ofConversation(of.workId),
        };
        tracer.record({
          ...span,
          kind,
          failed,
          place: { traceId, spanId },
          attributes: { ...ids, ...attributes },
        });
      })
      .catch((error: unknown) => onFailure(of, error))
      .finally(() => pending.delete(done));
    pending.add(done);
  }

  /** Something that took so long and has just ended, in the attempt that says so. */
  function inAttempt(
    name: string,
    durationMs: number,
    rest: Pick<SpanPart, 'kind' | 'failed' | 'attributes'>,
  ) {
    const attempt = running.getStore();
    if (attempt === undefined) return;
    const endedAt = spanClock();
    record(attempt, remembered(attempt), () => ({
      ...{ name, spanId: newSpanId(), parentId: attempt.spanId, startedAt: endedAt - durationMs, endedAt },
      ...rest,
    }));
  }

  return {
    async attempt(of, body, outcomeOf) {
      const spanId = newSpanId();
      const startedAt = spanClock();
      const end = (outcome: string, failed: boolean) => {
        const endedAt = spanClock();
        const parentId = parentOf(of);
        const attributes = { ...describe(of), 'paperagent.outcome': outcome };
        record(of, remembered(of), () => ({
          ...{ name: nameOf(of), spanId, parentId, startedAt, endedAt, failed, attributes },
        }));
      };
      try {
        const result = await running.run({ workId: of.workId, turn: of.turn, spanId }, body);
        end(outcomeOf(result), false);
        return result;
      } catch (error) {
        end(codeOf(error), true);
        throw error;
      }
    },
    modelCall({ role, source, outcome, firstTokenMs, durationMs, usage, served }) {
      inAttempt('model call', durationMs, {
        kind: 'client',
        failed: outcome !== 'answered' && outcome !== 'broken_off',
        attributes: {
          ...{ 'paperagent.role': role, 'paperagent.model_source': source, 'paperagent.outcome': outcome },
          ...(firstTokenMs === undefined ? {} : { 'paperagent.first_token_ms': Math.round(firstTokenMs) }),
          ...ofModelCall(usage, served),
        },
      });
    },
    sandboxRun({ ending, durationMs }) {
      inAttempt('sandbox run', durationMs, { attributes: { 'paperagent.ending': ending } });
    },
    agentEnded({ workId, turn, agent, durationMs }) {
      const endedAt = spanClock();
      record({ workId, turn }, remembered({ workId, turn }), () => ({
        name: 'code agent',
        spanId: agentSpanId(workId, agent),
        parentId: turnSpanId(workId, turn),
        startedAt: endedAt - durationMs,
        endedAt,
        attributes: {
          'paperagent.tool_call_id': agent,
          'temporal.workflow_id': `code-${agent}`,
          ...ofAgent('code'),
        },
      }));
    },
    turnEnded(of, outcome) {
      const { workId, turn } = of;
      record(of, originOf(of), ({ messageId, startedAt, completedAt }) => ({
        name: 'turn',
        spanId: turnSpanId(workId, turn),
        parentId: requestPlace(workId, messageId).spanId,
        startedAt,
        endedAt: completedAt ?? spanClock(),
        failed: outcome === 'failed',
        attributes: {
          'paperagent.outcome': outcome,
          'temporal.workflow_id': `work-${workId}`,
          ...ofAgent('main'),
        },
      }));
    },
    async settled() {
      await Promise.all(pending);
    },
  };
}

/** A tool that the model invented has no name here: it is a word of the model's. */
function nameOf(of: AttemptOf): string {
  if ('step' in of) return of.agent === 'main' ? 'main step' : of.agent === REVIEWER ? 'review' : 'code step';
  return `tool ${toolName(of.tool)}`;
}

function toolName(tool: string): string {
  return Object.hasOwn(TOOLS, tool) ? tool : '(unknown)';
}

function parentOf({ workId, turn, agent }: AttemptOf): string {
  return agent === 'main' || agent === REVIEWER ? turnSpanId(workId, turn) : agentSpanId(workId, agent);
}

function describe(of: AttemptOf): SpanAttributes {
  const attempt = { 'paperagent.attempt': of.attempt };
  return 'step' in of
    ? { ...attempt, 'paperagent.step': of.step }
    : { ...attempt, 'paperagent.tool_call_id': of.toolCallId, ...ofTool(toolName(of.tool), of.toolCallId) };
}

/** A code that Temporal may have, too (R1). */
function codeOf(error: unknown): string {
  if (error instanceof AttemptEnded) return error.why;
  return error instanceof ApplicationFailure ? (error.type ?? 'failed') : 'internal_error';
}
