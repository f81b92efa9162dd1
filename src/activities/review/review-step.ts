/**
 * A round of review (H5, docs/people.md): a step of an agent of its own, claimed, billed and stored as every step is. What
 * fails for good fails no turn: its answer is there, and the log says why nobody judged it.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { Batch } from '../../db/event-writer.ts';
import { giveUpReview } from '../../db/reviews.ts';
import { completeStep } from '../../db/steps.ts';
import { persist } from '../../db/unavailable.ts';
import type { Part } from '../../domain/messages.ts';
import { mayAsk } from '../../domain/next-step.ts';
import { MAX_REVIEW_CHARACTERS, REVIEWER, readVerdict } from '../../domain/reviews.ts';
import { isTooLong } from '../../llm/errors.ts';
import type { ModelAnswer } from '../../llm/types.ts';
import { framed, thisActivity } from '../activity-frame.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { stepClaim } from '../model-step.ts';
import { measuredAnswer } from '../reporting/metrics.ts';
import type { ServingModel } from '../serving-models.ts';
import { type AttemptBody, answered, type ClaimedStep } from '../step-attempt.ts';
import { tellTurnEnded } from '../turn-ended.ts';
import { FAILURE, type ModelStep, type ReviewInput } from '../types.ts';
import { readMaterial } from './material.ts';
import { reviewRequest } from './request.ts';

/** Tokens that a verdict may have, thinking included, of a model whose own most is known. */
const MOST_TOKENS = 16_384;

export function review(
  deps: ActivityDependencies,
  onAnswer: (input: ReviewInput, answer: ModelStep) => void,
) {
  return async (input: ReviewInput): Promise<ModelStep> => {
    const { workId, turn } = input;
    const step = await framed(deps, { workId, turn: () => turn }, () =>
      deps.claims.runOrWait(reviewClaim(deps, input), thisActivity()),
    ).catch(async (error: unknown) => {
      if (!(error instanceof ApplicationFailure && error.type === FAILURE.stepFailed)) throw error;
      return await giveUp(deps, input);
    });
    onAnswer(input, step);
    return step;
  };
}

/** The same before its activity has come (eager-start.ts); undefined where somebody else is at it, or there is no place. */
export function reviewEagerly(
  deps: ActivityDependencies,
  input: ReviewInput,
  isAwaited?: () => boolean,
): Promise<ModelStep | undefined> {
  return deps.claims.tryOnce(reviewClaim(deps, input), isAwaited);
}

function reviewClaim(deps: ActivityDependencies, input: ReviewInput) {
  const { workId, turn, round } = input;
  return stepClaim(deps, { workId, turn, agent: REVIEWER, step: round }, () => bodyOf(deps, input));
}

/** The verdict: asked for, shown as it comes, and stored with what follows from it. */
function bodyOf(deps: ActivityDependencies, input: ReviewInput): AttemptBody {
  return async ({ claim, key, model, running, stream, begun }) => {
    const { messageId, person } = claim;
    const material = await readMaterial(deps, input, { person, signal: running.signal });
    let shown = '';
    const answer = await ask(deps, model, running.signal, { material, round: input.round }, (text) => {
      begun();
      const piece = within(text, MAX_REVIEW_CHARACTERS - shown.length);
      shown += piece;
      if (piece !== '') stream.push({ kind: 'text.delta', messageId, agent: REVIEWER, text: piece });
    });
    return await stream.storeRest((rest) =>
      store(deps, input, { claim, key }, answer, { shown, paper: material.sha256, rest }),
    );
  };
}

async function ask(
  deps: ActivityDependencies,
  model: ServingModel,
  signal: AbortSignal,
  of: { material: Awaited<ReturnType<typeof readMaterial>>; round: number },
  onText: (text: string) => void,
): Promise<ModelAnswer> {
  const known = await model.endpoint();
  const { counter, window } = deps.contextMemory;
  const count = await counter();
  const bounded = known.maxOutput === undefined ? {} : { maxOutput: Math.min(known.maxOutput, MOST_TOKENS) };
  const endpoint = { ...known, ...bounded };
  for (let refused = false; ; refused = true) {
    const budget = window.budget(endpoint);
    const { messages, tokens } = reviewRequest(of.material, { round: of.round, budget, count });
    const timeouts = { firstTokenMs: deps.limits.firstTokenMs, stallMs: deps.limits.stallMs };
    const request = { endpoint, messages, tools: [], signal, timeouts, promptTokens: tokens };
    try {
      const answer = await measuredAnswer(deps.metrics, model, request, (delta) => {
        // What it thinks is its own; calls there are none to make.
        if (delta.type === 'text') onText(delta.text);
      });
      window.answered(endpoint, tokens, answer.usage);
      return answer;
    } catch (error) {
      if (refused || !isTooLong(error)) throw error;
      window.refused(endpoint, tokens);
    }
  }
}

async function store(
  deps: ActivityDependencies,
  { workId, after }: ReviewInput,
  { claim: { turn, step, attempt, messageId }, key }: { claim: ClaimedStep; key: string },
  { finishReason, usage, text }: ModelAnswer,
  { shown, paper, rest }: { shown: string; paper: string | null; rest: readonly Batch[] },
): Promise<ModelStep | 'fenced'> {
  const filtered = finishReason === 'content_filter';
  const cutOff = filtered
    ? 'content_filter'
    : finishReason === 'length' || shown.length < text.length
      ? 'length'
      : null;
  const parts: Part[] = [{ type: 'text', text: shown, ...(cutOff === null ? {} : { cutOff }) }];
  const stored = await persist(() =>
    completeStep(deps.db, {
      ...{ workId, key, attempt, rest, parts, usage },
      final: true,
      mayGoOn: mayAsk(after + 1, deps.limits),
      review: { ...readVerdict(shown, { filtered }), ...(paper === null ? {} : { paper }) },
      result: {
        ...{ turn, step, messageId, finishReason, calls: [] },
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
      },
    }),
  );
  if (stored.kind === 'fenced') return 'fenced';
  if (stored.result.ended) tellTurnEnded(deps, { workId, turn }, 'done');
  return answered(deps, stored.result);
}

/** The turn ends without a verdict: its round failed for good. */
async function giveUp(deps: ActivityDependencies, { workId, turn, round }: ReviewInput): Promise<ModelStep> {
  const end = await persist(() => giveUpReview(deps.db, { workId, turn, round }, null));
  if (end.kind === 'over') return { kind: 'over' };
  deps.log.warn({ workId, turn, round }, 'a review failed: its turn ends without a verdict');
  tellTurnEnded(deps, { workId, turn }, 'done');
  const none = { calls: [], finish: 'failed', inputTokens: 0, outputTokens: 0 };
  return { kind: 'answered', turn, step: round, ...none, ended: true, queued: end.queued };
}

/** As much of a text as has room, in whole characters. */
function within(text: string, room: number): string {
  if (text.length <= room) return text;
  const last = text.charCodeAt(room - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? room - 1 : Math.max(0, room));
}
