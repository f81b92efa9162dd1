/**
 * The context manager (F7): asks a model for an agent's next answer with a request that fits its window. While the
 * conversation clearly fits, which its bytes tell, nothing is counted and nothing is looked up.
 */
import { earlierConversation } from '../../agents/prompts.ts';
import { keepOpening } from '../../db/openings.ts';
import type { Opening, StoredSummary } from '../../db/summaries.ts';
import { persist } from '../../db/unavailable.ts';
import type { Part } from '../../domain/messages.ts';
import { isTooLong } from '../../llm/errors.ts';
import { windowInWords } from '../../llm/limits/window-in-words.ts';
import { chooseProfile } from '../../llm/profiles/choose.ts';
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage, ModelAnswer, ModelDelta, ModelEndpoint, ToolDefinition } from '../../llm/types.ts';
import type { Asking } from '../../threads/job-threads.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { measuredAnswer } from '../reporting/metrics.ts';
import type { ServingModel } from '../serving-models.ts';
import { countBytes } from './blocks.ts';
import { type ClaimedStep, compact } from './compact.ts';
import { type Planned, plan, roomForSummary, wholeTokens } from './plan.ts';
import { type PromptContext, readPromptContext } from './prompt-context.ts';
import { shortenToTokens } from './shorten.ts';
import { refuseIfCut, throwIfLarger } from './window-errors.ts';

/** The most that a turn's opening may have, in UTF-16 code units for each token of the budget. */
const OPENING_PART = 0.6;
const LONGEST_OPENING = 40_000;
/** Characters of a refusal that are kept beside the window that it names. */
const WORDS_KEPT = 300;

/** A request that fits; `tokens` is undefined where nothing had to be counted. */
interface Fitted {
  messages: ChatMessage[];
  tokens: number | undefined;
  context: PromptContext;
}

/**
 * Streams the answer to an agent's conversation. `summary` is the part that shows the person what was compacted for
 * this step, in this attempt or an earlier one; empty where nothing was.
 * @throws ModelError; Fenced where another attempt has taken over
 */
export async function answerInWindow(
  deps: ActivityDependencies,
  step: ClaimedStep & Asking & { model: ServingModel; turn: number },
  onDelta: (delta: ModelDelta) => void,
): Promise<{ answer: ModelAnswer; summary: Part[] }> {
  const { model, signal, key } = step;
  const endpoint = await model.endpoint();
  const { counter, window } = deps.contextMemory;
  const most = Math.min(LONGEST_OPENING, Math.floor(window.budget(endpoint) * OPENING_PART));
  const { images } = chooseProfile(endpoint, await model.connection.learning.known(endpoint));
  let given = await readPromptContext(deps, step, most, images && deps.limits.pictures > 0);
  // Stored while the model begins to answer: only the steps that follow need it.
  const stored = storeOpening(deps, step, given.newOpening);
  // Awaited below; a failure before that must not count as an unhandled rejection.
  stored.catch(() => undefined);
  for (let refused = false; ; refused = true) {
    const { messages, tokens, context: fitted } = await fitRequest(deps, { ...step, endpoint }, given);
    given = fitted;
    const { tools, summary } = fitted;
    try {
      const answer = await measuredAnswer(
        deps.metrics,
        model,
        {
          endpoint,
          messages,
          tools,
          signal,
          timeouts: { firstTokenMs: deps.limits.firstTokenMs, stallMs: deps.limits.stallMs },
          promptTokens: tokens ?? sizeOf(messages, tools),
          cacheKey: `${step.workId} ${step.agent}`,
        },
        onDelta,
      );
      await stored;
      await refuseIfCut(model, endpoint, messages, answer.usage, counter);
      if (tokens !== undefined) window.answered(endpoint, tokens, answer.usage);
      return { answer, summary: summary?.stepKey === key ? [summaryPart(summary)] : [] };
    } catch (error) {
      if (refused || !isTooLong(error)) throw error;
      const count = await counter();
      const sent = tokensOfMessages(messages, count) + count(JSON.stringify(tools));
      deps.log.warn({ workId: step.workId, key, tokens: sent }, 'a request was too long; it is made shorter');
      window.refused(endpoint, sent);
      const named = windowInWords(error.detail ?? '');
      if (named !== undefined && named < endpoint.contextWindow) {
        const words = (error.detail ?? '').slice(0, WORDS_KEPT);
        await model.connection.learning.learn(endpoint, [{ change: { contextWindow: named }, words }]);
      }
    }
  }
}

/** The request for an agent's next answer, compacted first where it would not fit otherwise. */
async function fitRequest(
  deps: ActivityDependencies,
  step: ClaimedStep & { endpoint: ModelEndpoint },
  given: PromptContext,
): Promise<Fitted> {
  const { counter, window } = deps.contextMemory;
  const budget = window.budget(step.endpoint);
  const messages = wholeRequest(given);
  if (sizeOf(messages, given.tools) <= budget) {
    return { messages, tokens: undefined, context: given };
  }
  const count = await counter();
  for (let now = given; ; ) {
    const { summary, planned } = prepare(now, budget, count);
    const planning = plan(planned);
    if (planning.kind === 'send') {
      const { chat, tokens } = planning;
      if (!planning.fits) throwIfLarger(window.inItsTokens(step.endpoint, tokens), step.endpoint);
      return { messages: request(now.system, chat, summary), tokens, context: now };
    }
    now = await compact(deps, step, now, {
      to: planning.through,
      count,
      sizes,
    });
  }

  /** Tokens of the request as it was, and as it is sent once a summary is in place. */
  function sizes(before: PromptContext, after: PromptContext) {
    const then = prepare(after, budget, count).planned;
    const sent = plan(then);
    const size = (tokens: number) => window.inItsTokens(step.endpoint, tokens);
    return {
      tokensBefore: size(wholeTokens(prepare(before, budget, count).planned)),
      tokensAfter: size(sent.kind === 'send' ? sent.tokens : wholeTokens(then)),
    };
  }
}

function summaryPart({ text, throughMessageId }: { text: string; throughMessageId: string }): Part {
  return { type: 'summary', text, throughMessageId };
}

/** The request with nothing shortened. */
export function wholeRequest({ system, summary, blocks }: PromptContext): ChatMessage[] {
  const chat = blocks.flatMap((block) => block.chat);
  return request(system, chat, summary);
}

/** The system prompt and the chat, with the summary behind the first words of the person. */
function request(system: string, chat: ChatMessage[], summary: StoredSummary | undefined): ChatMessage[] {
  const behind = chat[0]?.role === 'user' ? 1 : 0;
  const told = summary === undefined ? [] : [earlier(summary)];
  return [{ role: 'system', content: system }, ...chat.slice(0, behind), ...told, ...chat.slice(behind)];
}

function earlier({ text, attachments, plan }: StoredSummary): ChatMessage {
  return {
    role: 'user',
    parts: [{ type: 'told', name: 'earlier', text: earlierConversation(text, attachments, plan) }],
  };
}

/** An upper bound of a request's tokens: its bytes. */
function sizeOf(messages: ChatMessage[], tools: ToolDefinition[]): number {
  return tokensOfMessages(messages, countBytes) + countBytes(JSON.stringify(tools));
}

/** The summary and its plan, each in its share of the budget, and what is to be planned around it. */
function prepare(
  { system, summary, blocks, tools }: PromptContext,
  budget: number,
  count: CountTokens,
): { summary: StoredSummary | undefined; planned: Planned } {
  const inRoom = (text: string) => shortenToTokens(text, roomForSummary(budget), count);
  const shown = summary && {
    ...summary,
    text: inRoom(summary.text),
    plan: summary.plan === null ? null : inRoom(summary.plan),
  };
  const fixed = tokensOfMessages([{ role: 'system', content: system }], count) + count(JSON.stringify(tools));
  const ofSummary = shown === undefined ? 0 : tokensOfMessages([earlier(shown)], count);
  return { summary: shown, planned: { fixed, summary: ofSummary, blocks, budget, count } };
}

/** Keeps what the turn began with; where the Work is gone, there is nothing to keep it for. */
async function storeOpening(
  { db }: ActivityDependencies,
  { workId, agent, turn }: { workId: string; agent: string; turn: number },
  opening: Opening | undefined,
): Promise<void> {
  if (opening !== undefined) await persist(() => keepOpening(db, { workId, agent, turn, ...opening }));
}
