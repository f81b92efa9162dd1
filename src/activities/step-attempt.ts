/**
 * An attempt at a step: ask the model, stream the answer into the log, store it; or leave what an attempt leaves that
 * got no answer: a stop, a fence, a retry, a failure for good.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { type Holder, releaseClaim, stepKey } from '../db/claims.ts';
import { type Batch, type EventStream, Fenced } from '../db/event-writer.ts';
import { completeStep, failStep, type StepClaim, type StepResult } from '../db/steps.ts';
import type { ToolClaim } from '../db/tool-calls.ts';
import { persist } from '../db/unavailable.ts';
import type { CallRef } from '../domain/calls.ts';
import type { Part } from '../domain/messages.ts';
import { mayAsk, whatNext } from '../domain/next-step.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelAnswer, ModelDelta } from '../llm/types.ts';
import { PAPER } from '../workspace/paper.ts';
import { answerParts, callRefs, toolCallIdOf } from './answer-parts.ts';
import { modeOf } from './call-mode.ts';
import type { AttemptEnded } from './claims/attempt-ended.ts';
import type { Attempt } from './claims/attempts.ts';
import type { Claimed, InPlace } from './claims/claim-runner.ts';
import { tellWaiting } from './claims/told-waiting.ts';
import { answerInWindow } from './context/answer-in-window.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { bringFilesBack, FilesNotRestored, keepBeforeTurn } from './keep-versions.ts';
import { retryDelay } from './model-retries.ts';
import { warmSandbox } from './sandbox-lifecycle.ts';
import type { ServingModel } from './serving-models.ts';
import { tellTurnEnded } from './turn-ended.ts';
import { FAILURE, type ModelStep } from './types.ts';
import { unlessEnded } from './unless-ended.ts';

/** After so long the request is out, and this process waits for the model (B1). */
const AFTER_REQUEST_MS = 50;

export type ClaimedStep = Extract<StepClaim, { kind: 'claimed' }>;

/** What an attempt has to do its step with. `begun`: to be called when what may be dangerous about its beginning is over. */
export interface StepAttempt {
  workId: string;
  agent: string;
  key: string;
  claim: ClaimedStep;
  model: ServingModel;
  running: Attempt;
  stream: EventStream;
  begun: () => void;
}

/** Gets the answer and stores it; what it throws ends the attempt without one. */
export type AttemptBody = (of: StepAttempt) => Promise<ModelStep | 'fenced'>;

/** Whoever does the first calls of an answer at once, and so has them claimed with it. */
export interface ClaimsCalls {
  by: Holder;
  /** Is given, by the calls' ids, what was claimed of them, before the attempt ends. */
  take(claims: ReadonlyMap<string, ToolClaim>): void;
}

/** What was claimed of a step, and the attempt at it. */
export function stepAttempt(
  deps: ActivityDependencies,
  { workId, agent }: { workId: string; agent: string },
  claim: ClaimedStep,
  model: ServingModel,
  body: AttemptBody,
): Claimed<ModelStep> {
  const { turn, step, attempt, person, crashes } = claim;
  const key = stepKey(turn, agent, step);
  return {
    kind: 'claimed',
    claim: { turn, key, attempt, person, crashes },
    run: (running, inPlace) =>
      deps.trace.attempt(
        { workId, turn, agent, step, attempt },
        () => ask(running, inPlace),
        (result) => (result === 'fenced' ? result : result.kind),
      ),
  };

  async function ask(running: Attempt, inPlace: InPlace): Promise<ModelStep | 'fenced'> {
    const stream = deps.writer.open(
      { workId, key, attempt },
      { onFenced: () => running.end('fenced'), onStop: () => running.end('stopped') },
    );
    try {
      return await inPlace(
        (begun) => body({ workId, agent, key, claim, model, running, stream, begun }),
        tellWaiting(stream, agent),
      );
    } catch (error) {
      return await endAttempt(deps, { workId, agent, key, claim }, running, stream, error);
    }
  }
}

/** Work that begins when that time has passed, or as soon as somebody waits for its end; not where that never came. */
function begunLater(ms: number, begin: () => Promise<void>): Disposable & { ended(): Promise<void> } {
  let work: Promise<void> | undefined;
  const now = () => {
    clearTimeout(timer);
    work ??= begin();
    return work;
  };
  const timer = setTimeout(now, ms);
  return { ended: now, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The next answer in an agent's conversation. */
export function conversationStep(deps: ActivityDependencies, claimsCalls?: ClaimsCalls): AttemptBody {
  return async ({ workId, agent, key, claim, model, running, stream, begun }) => {
    const { turn, step, attempt, messageId, person, restoring } = claim;
    if (agent !== 'main' && step === 1) warmSandbox(deps, workId, agent, person);
    if (restoring) await unlessEnded(running.signal, bringFilesBack(deps, workId));
    // Nothing of the turn changes a file before its first answer is stored; the request goes out first.
    using kept =
      agent === 'main' && step === 1
        ? begunLater(AFTER_REQUEST_MS, () => keepBeforeTurn(deps, workId, turn))
        : undefined;
    const { answer, summary } = await answerInWindow(
      deps,
      {
        workId,
        agent,
        turn,
        key,
        attempt,
        model,
        person,
        signal: running.signal,
        onStop: () => running.end('stopped'),
      },
      (delta) => {
        begun();
        streamDelta(stream, delta, { messageId, agent });
      },
    );
    if (kept !== undefined) await unlessEnded(running.signal, kept.ended());
    return await stream.storeRest((rest) =>
      store(deps, { workId, agent, key, claim }, { answer, summary, rest }, claimsCalls),
    );
  };
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
  claim: ClaimedStep;
}

async function store(
  deps: ActivityDependencies,
  { workId, agent, key, claim }: AttemptOf,
  { answer, summary, rest }: { answer: ModelAnswer; summary: Part[]; rest: readonly Batch[] },
  claimsCalls: ClaimsCalls | undefined,
): Promise<ModelStep | 'fenced'> {
  const { turn, step, attempt, messageId } = claim;
  const parts = [...summary, ...answerParts(messageId, answer)];
  const calls = callRefs(parts, modeOf);
  const toolCallIds = claimsCalls === undefined ? [] : firstToolCalls(deps, { agent, step, calls });
  const stored = await persist(() =>
    completeStep(deps.db, {
      workId,
      key,
      attempt,
      rest,
      parts,
      usage: answer.usage,
      returned: answer.returned,
      claim: claimsCalls && toolCallIds.length > 0 ? { toolCallIds, by: claimsCalls.by } : undefined,
      final: agent === 'main' && answer.toolCalls.length === 0,
      mayGoOn: mayAsk(step + 1, deps.limits),
      paper: PAPER,
      result: {
        turn,
        step,
        messageId,
        finishReason: answer.finishReason,
        calls,
        inputTokens: answer.usage.inputTokens,
        outputTokens: answer.usage.outputTokens,
      },
    }),
  );
  if (stored.kind === 'fenced') return 'fenced';
  claimsCalls?.take(new Map(stored.claims.map((one, index) => [toolCallIds[index] ?? '', one])));
  if (stored.result.ended) tellTurnEnded(deps, { workId, turn }, 'done');
  return answered(deps, stored.result);
}

/** The calls that come first behind an answer, where they are the tools'. */
function firstToolCalls(
  { limits }: Pick<ActivityDependencies, 'limits'>,
  { agent, step, calls }: { agent: string; step: number; calls: CallRef[] },
): string[] {
  const kind = agent === 'main' ? 'main' : 'code';
  const [first] = whatNext({ step, calls, ended: false }, { ...limits, agent: kind }).groups;
  return first?.runner === 'tool' ? first.calls.map(({ id }) => id) : [];
}

/** A stored answer, as the workflow is told of it. */
export function answered({ limits }: Pick<ActivityDependencies, 'limits'>, result: StepResult): ModelStep {
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
    maxSteps: limits.maxSteps,
    ...(result.review === undefined ? {} : { review: result.review }),
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
    const retry = { what: 'model', code: 'worker_restarting', reason: 'the worker is restarting', inMs: 0 };
    await persist(() => failStep(deps.db, step, { retry }));
    throw ended;
  }
  if (error instanceof FilesNotRestored) {
    const failure = { error: { code: 'files_not_restored', message: error.message } };
    await persist(() => failStep(deps.db, step, failure));
    throw ApplicationFailure.nonRetryable('files_not_restored', FAILURE.stepFailed, claim.turn);
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
  const retry = { what: 'model', code: error.code, reason: error.message, inMs };
  const mine = await persist(() => failStep(deps.db, step, { retry }));
  if (!mine) return 'fenced';
  throw ApplicationFailure.create({
    message: error.code,
    type: error.code,
    nextRetryDelay: Math.max(1, inMs),
  });
}
