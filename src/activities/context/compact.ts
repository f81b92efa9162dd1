/** Has older turns compacted by the model of role `summary`, and stores what it wrote (F7, D6). */
import { Fenced } from '../../db/event-writer.ts';
import { storeSummary } from '../../db/summaries.ts';
import { persist } from '../../db/unavailable.ts';
import { isTooLong, ModelError } from '../../llm/errors.ts';
import type { CountTokens } from '../../llm/tokens.ts';
import type { ModelAnswer } from '../../llm/types.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { measuredAnswer } from '../reporting/metrics.ts';
import { without } from './blocks.ts';
import type { PromptContext } from './prompt-context.ts';
import { type SummaryRequest, summaryRequest } from './summary-request.ts';

/** The step that needs the room: the call is made under its claim, and ends with its signal. */
export interface ClaimedStep {
  workId: string;
  agent: string;
  key: string;
  attempt: number;
  signal: AbortSignal;
  /** Told when the stored answer says that somebody asked to stop. */
  onStop: () => void;
}

/**
 * Puts summaries in the place of the blocks before `to`, several one upon the other where the material is longer
 * than the summary model's window, each stored as soon as it is there. Gives the context that remains.
 * @throws ModelError where the model fails; Fenced where another attempt has taken over
 */
export async function compact(
  deps: ActivityDependencies,
  step: ClaimedStep,
  from: PromptContext,
  given: {
    to: number;
    count: CountTokens;
    /** Tokens of the step's request with the one and with the other, for the person. */
    sizes: (before: PromptContext, after: PromptContext) => { tokensBefore: number; tokensAfter: number };
  },
): Promise<PromptContext> {
  const { workId, agent, key, attempt } = step;
  let context = from;
  let left = given.to;
  while (context.blocks.slice(0, left).some((block) => !block.pinned)) {
    const { request, answer } = await ask(deps, step, context, left, given.count);
    const compacted = context.blocks.slice(0, request.through);
    const last = compacted.findLast((block) => !block.pinned);
    if (last === undefined) throw new Error('a summary was asked for of nothing');
    const attachments = [
      ...new Set([
        ...(context.summary?.attachments ?? []),
        ...compacted.flatMap((block) => block.attachments),
      ]),
    ];
    const { plan = null } = context.summary ?? {};
    const summary = { text: answer.text, throughMessageId: last.id, attachments, stepKey: key, plan };
    const next = { ...context, blocks: without(context.blocks, request.through), summary };
    const tokens = given.sizes(context, next);
    const stored = await persist(() =>
      storeSummary(deps.db, { workId, agent, key, attempt, ...summary, ...tokens, usage: answer.usage }),
    );
    if (stored.kind === 'fenced') throw new Fenced({ workId, key, attempt });
    deps.log.info({ workId, agent, key, attempt, ...tokens }, 'older turns were compacted');
    if (stored.stop) step.onStop();
    left -= context.blocks.length - next.blocks.length;
    context = { ...next, summary: { ...summary, text: stored.text, plan: stored.plan } };
  }
  return context;
}

/** The call for as much as fits; once more with less where the model says that it was too long. */
async function ask(
  deps: ActivityDependencies,
  { workId, signal }: ClaimedStep,
  context: PromptContext,
  to: number,
  count: CountTokens,
): Promise<{ request: SummaryRequest; answer: ModelAnswer }> {
  const { window } = deps.contextMemory;
  const model = await persist(() => deps.modelFor(workId, 'summary'));
  const endpoint = await model.endpoint();
  const { blocks, summary } = context;
  const from = Math.max(
    0,
    blocks.findIndex((block) => !block.pinned),
  );
  for (let refused = false; ; refused = true) {
    const budget = window.budget(endpoint);
    const request = summaryRequest({ blocks, from, to, before: summary?.text, budget, count });
    try {
      const answer = await measuredAnswer(
        deps.metrics,
        model,
        {
          endpoint,
          messages: request.messages,
          tools: [],
          signal,
          timeouts: { firstTokenMs: deps.limits.firstTokenMs, stallMs: deps.limits.stallMs },
        },
        ignoreDelta,
      );
      if (answer.text.trim() === '') throw noSummary(endpoint.model);
      window.answered(endpoint, request.tokens, answer.usage);
      return { request, answer };
    } catch (error) {
      if (refused || !isTooLong(error)) throw error;
      window.refused(endpoint, request.tokens);
    }
  }
}

/** A summary is shown when it is whole. */
function ignoreDelta(): void {}

function noSummary(model: string): ModelError {
  const message = `The model "${model}" was asked to compact the older conversation and wrote nothing. Trying again may help.`;
  return new ModelError('model_server_error', message, { retryable: true });
}
