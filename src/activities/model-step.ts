/**
 * One step of an agent: claim it, ask the model, stream the answer into the log, store it (R3-R7, D6). An answer
 * that is stored is never asked for again; an attempt that lives is waited for, not doubled.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { type EventStream, Fenced } from '../db/event-writer.ts';
import { isAgentWanted } from '../db/runs.ts';
import {
  claimStep,
  completeStep,
  failStep,
  releaseClaim,
  type StepClaim,
  type StepResult,
  stepKey,
} from '../db/turns.ts';
import { persist } from '../db/unavailable.ts';
import type { Part } from '../domain/messages.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelAnswer, ModelDelta } from '../llm/types.ts';
import { ahead, claimant, framed, waitForHolder } from './activity-frame.ts';
import { answerParts, callRefs, toolCallIdOf } from './answer-parts.ts';
import type { Attempt, AttemptEnded } from './attempts.ts';
import { modeOf } from './call-mode.ts';
import { answerInWindow } from './context/answer-in-window.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { historyAtTurnsEnd } from './history.ts';
import { retryDelay } from './model-retries.ts';
import type { ServingModel } from './serving-models.ts';
import { FAILURE, type ModelStep, type ModelStepInput } from './types.ts';

type Claimed = Extract<StepClaim, { kind: 'claimed' }>;

/** `onAnswer` is told of each answer that the workflow is about to be told of. */
export function callModel(
  deps: ActivityDependencies,
  onAnswer: (of: { workId: string; agent: string }, answer: ModelStep) => void,
) {
  return async (input: ModelStepInput): Promise<ModelStep> => {
    const step = await askedStep(deps, input);
    onAnswer(input, step);
    return step;
  };
}

/** The step as its activity does it: under its claim, or by waiting for whoever holds it. */
function askedStep(deps: ActivityDependencies, input: ModelStepInput): Promise<ModelStep> {
  const { workId, agent } = input;
  // Becomes exact with the first claim, so that what is waited for is then asked for by name.
  const at = { turn: input.turn, step: input.step };
  return framed(deps, { workId, turn: () => at.turn }, async () => {
    for (;;) {
      deps.attempts.throwIfShutDown();
      if (at.turn !== null && at.step !== null && at.step > deps.limits.maxSteps) {
        return { kind: 'limit', turn: at.turn };
      }
      const model = await modelOf(deps, workId, agent);
      const claim = await claimStep(deps.db, { workId, agent, ...at, model: model.name }, claimant(deps));
      if ('turn' in claim) at.turn = claim.turn;
      if ('step' in claim) at.step = claim.step;
      switch (claim.kind) {
        case 'idle':
        case 'gone':
          return { kind: claim.kind };
        case 'over':
          // Another attempt may have ended it and died before the history was written.
          await historyAtTurnsEnd(deps, workId);
          return { kind: 'over' };
        case 'stopped':
          return { kind: 'stopped', turn: claim.turn };
        case 'failed':
          throw ApplicationFailure.nonRetryable('the step failed', FAILURE.stepFailed, claim.turn);
        case 'wait':
          throw ApplicationFailure.create({
            message: 'the step waits to be tried again',
            type: 'model_waiting',
            nextRetryDelay: claim.inMs,
          });
        case 'done':
          return await answered(deps, workId, claim.result);
        case 'busy':
          await waitForHolder(deps, { ...claim, workId, key: stepKey(claim.turn, agent, claim.step) });
          continue;
        case 'claimed': {
          const result = await attemptStep(deps, { workId, agent }, claim, model);
          if (result !== 'fenced') return result;
        }
      }
    }
  });
}

/** The step before its activity has come (see go-ahead.ts); only where nobody is at it yet. */
export async function stepAhead(deps: ActivityDependencies, input: ModelStepInput): Promise<void> {
  const { workId, agent } = input;
  const model = await modelOf(deps, workId, agent);
  const claim = await claimStep(deps.db, { ...input, model: model.name }, ahead(deps));
  if (claim.kind === 'claimed') await attemptStep(deps, { workId, agent }, claim, model);
}

function modelOf(deps: ActivityDependencies, workId: string, agent: string): Promise<ServingModel> {
  return deps.modelFor(workId, agent === 'main' ? 'main' : 'code');
}

/** One attempt at the step; 'fenced' where another has taken over, which is then asked for its result. */
async function attemptStep(
  deps: ActivityDependencies,
  { workId, agent }: { workId: string; agent: string },
  claim: Claimed,
  model: ServingModel,
): Promise<ModelStep | 'fenced'> {
  const { turn, step, attempt, messageId } = claim;
  const key = stepKey(turn, agent, step);
  return await deps.attempts.run({ workId, turn, key }, (running) => {
    const of = { workId, turn, agent, step, attempt };
    return deps.trace.attempt(of, () => ask(running), endOf);
  });

  async function ask(running: Attempt): Promise<ModelStep | 'fenced'> {
    const stream = deps.writer.open(
      { workId, key, attempt },
      { onFenced: () => running.end('fenced'), onStop: () => running.end('stopped') },
    );
    if (agent !== 'main' && step === 1) prepareSandbox(deps, workId, agent);
    try {
      const { answer, summary } = await answerInWindow(
        deps,
        {
          workId,
          agent,
          key,
          attempt,
          model,
          signal: running.signal,
          onStop: () => running.end('stopped'),
        },
        (delta) => streamDelta(stream, delta, { messageId, agent }),
      );
      await stream.flush();
      return await store(deps, { workId, agent, key, claim }, answer, summary);
    } catch (error) {
      return await endAttempt(deps, { workId, agent, key, claim }, running, stream, error);
    }
  }
}

function endOf(result: ModelStep | 'fenced'): string {
  return result === 'fenced' ? result : result.kind;
}

/** Python is started ahead while the model still writes the code (S12). It only saves time: nothing waits for it. */
function prepareSandbox(deps: ActivityDependencies, workId: string, agent: string): void {
  prepareWhileWanted(deps, workId, agent).catch((err: unknown) => {
    deps.log.warn({ workId, err }, 'no sandbox could be started ahead');
  });
}

/** Whoever ended the turn while this was being started, perhaps on another worker, found nothing to discard. */
async function prepareWhileWanted(deps: ActivityDependencies, workId: string, agent: string): Promise<void> {
  const { runs } = deps.sandbox;
  await runs?.prepare(agent, deps.workspacePath(workId));
  if (!(await isAgentWanted(deps.db, agent))) await runs?.discard(agent);
}

function streamDelta(
  stream: EventStream,
  delta: ModelDelta,
  { messageId, agent }: { messageId: string; agent: string },
): void {
  switch (delta.type) {
    case 'text':
      stream.push({ kind: 'text.delta', messageId, agent, text: delta.text });
      return;
    case 'reasoning':
      stream.push({ kind: 'reasoning.delta', messageId, agent, text: delta.text });
      return;
    case 'tool':
      stream.push({
        kind: 'tool.delta',
        messageId,
        agent,
        index: delta.index,
        toolCallId: toolCallIdOf(messageId, delta.index),
        ...(delta.name === undefined ? {} : { name: delta.name }),
        text: delta.text,
      });
  }
}

interface AttemptOf {
  workId: string;
  agent: string;
  key: string;
  claim: Claimed;
}

async function store(
  deps: ActivityDependencies,
  { workId, agent, key, claim }: AttemptOf,
  answer: ModelAnswer,
  summary: Part[],
): Promise<ModelStep | 'fenced'> {
  const { turn, step, attempt, messageId } = claim;
  const parts = [...summary, ...answerParts(messageId, answer)];
  const stored = await persist(() =>
    completeStep(deps.db, {
      workId,
      key,
      attempt,
      parts,
      usage: answer.usage,
      final: agent === 'main' && answer.toolCalls.length === 0,
      result: {
        turn,
        step,
        messageId,
        finishReason: answer.finishReason,
        calls: callRefs(parts, modeOf),
        inputTokens: answer.usage.inputTokens,
        outputTokens: answer.usage.outputTokens,
      },
    }),
  );
  if (stored.kind === 'fenced') return 'fenced';
  if (stored.result.ended) {
    deps.metrics.turnEnded('done');
    deps.trace.turnEnded({ workId, turn }, 'done');
  }
  return await answered(deps, workId, stored.result);
}

async function answered(deps: ActivityDependencies, workId: string, result: StepResult): Promise<ModelStep> {
  if (result.ended) await historyAtTurnsEnd(deps, workId);
  return {
    kind: 'answered',
    turn: result.turn,
    step: result.step,
    calls: result.calls,
    finish: result.finishReason,
    inputTokens: result.inputTokens,
    outputTokens: result.outputTokens,
    ended: result.ended,
    queued: result.queued,
  };
}

/** What an attempt that got no answer leaves: a stop, a fence, a retry, or a failure for good. */
async function endAttempt(
  deps: ActivityDependencies,
  of: AttemptOf,
  running: Attempt,
  stream: EventStream,
  error: unknown,
): Promise<ModelStep | 'fenced'> {
  if (error instanceof Fenced) return 'fenced';
  const ended = running.signal.aborted ? (running.signal.reason as AttemptEnded) : undefined;
  if (ended?.why === 'fenced') return 'fenced';
  const { workId, agent, key, claim } = of;
  const step = { workId, key, attempt: claim.attempt, agent };
  const flushed = await stream.flush().then(
    () => true,
    (failure: unknown) => {
      if (failure instanceof Fenced) return false;
      throw failure;
    },
  );
  if (!flushed) return 'fenced';
  if (ended?.why === 'stopped') {
    // Its text is stored: whoever ends the turn need not wait for it.
    await persist(() => releaseClaim(deps.db, step));
    return { kind: 'stopped', turn: claim.turn };
  }
  if (ended !== undefined) {
    // The worker goes away: the next attempt need not wait until its lease has lapsed.
    const retry = { what: 'model', reason: 'the worker is restarting', inMs: 0 };
    await persist(() => failStep(deps.db, step, { retry }));
    throw ended;
  }
  if (!(error instanceof ModelError)) {
    await persist(() => releaseClaim(deps.db, step));
    throw error;
  }

  const inMs = retryDelay(error, claim);
  deps.log.warn(
    {
      workId,
      turn: claim.turn,
      step: claim.step,
      agent,
      attempt: claim.attempt,
      code: error.code,
      detail: error.detail,
      inMs,
    },
    'a model call failed',
  );
  if (inMs === undefined) {
    const failure = { error: { code: error.code, message: error.message } };
    await persist(() => failStep(deps.db, step, failure));
    throw ApplicationFailure.nonRetryable(error.code, FAILURE.stepFailed, claim.turn);
  }
  const retry = { what: 'model', reason: error.message, inMs };
  const mine = await persist(() => failStep(deps.db, step, { retry }));
  if (!mine) return 'fenced';
  throw ApplicationFailure.create({
    message: error.code,
    type: error.code,
    nextRetryDelay: Math.max(1, inMs),
  });
}
