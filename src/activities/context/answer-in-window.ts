/**
 * The context manager (F7): asks a model for an agent's next answer with a request that fits its window. While the
 * conversation clearly fits, which its bytes tell, nothing is counted and nothing is looked up.
 */
import type { Part } from '../../domain/messages.ts';
import { isTooLong } from '../../llm/errors.ts';
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage, ModelAnswer, ModelDelta, ModelEndpoint } from '../../llm/types.ts';
import { type Briefing, briefing } from '../briefing.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { measuredAnswer } from '../metrics.ts';
import type { ServingModel } from '../serving-models.ts';
import { countBytes } from './blocks.ts';
import { type ClaimedStep, condense } from './condense.ts';
import { type Planned, plan, roomForSummary, wholeTokens } from './plan.ts';
import { shortenToTokens } from './shorten.ts';

/** Lengths of the outline and of the tree in a system prompt, tried until it leaves room for a conversation. */
const LISTINGS = [Number.POSITIVE_INFINITY, 4_000, 1_000, 300];
/** The part of a budget that the system prompt and the tools should not exceed. */
const FIXED_PART = 0.6;

/** A request that fits; `tokens` is undefined where nothing had to be counted. */
interface Fitted {
  messages: ChatMessage[];
  tokens: number | undefined;
  briefing: Briefing;
}

/**
 * Streams the answer to an agent's conversation. `summary` is the part that shows the person what was condensed for
 * this step, in this attempt or an earlier one; empty where nothing was.
 * @throws ModelError; Fenced where another attempt has taken over
 */
export async function answerInWindow(
  deps: ActivityDependencies,
  step: ClaimedStep & { model: ServingModel },
  onDelta: (delta: ModelDelta) => void,
): Promise<{ answer: ModelAnswer; summary: Part[] }> {
  const { model, signal, key } = step;
  const endpoint = model.endpoint();
  const { counter, window } = deps.contextMemory;
  let given = await briefing(deps, step);
  for (let refused = false; ; refused = true) {
    const { messages, tokens, briefing: fitted } = await fitRequest(deps, { ...step, endpoint }, given);
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
        },
        onDelta,
      );
      if (tokens !== undefined) window.answered(endpoint, tokens, answer.usage);
      return { answer, summary: summary?.stepKey === key ? [summaryPart(summary)] : [] };
    } catch (error) {
      if (refused || !isTooLong(error)) throw error;
      const count = await counter();
      const sent = tokensOfMessages(messages, count) + count(JSON.stringify(tools));
      deps.log.warn({ workId: step.workId, key, tokens: sent }, 'a request was too long; it is made shorter');
      window.refused(endpoint, sent);
    }
  }
}

/** The request for an agent's next answer, condensed first where it would not fit otherwise. */
async function fitRequest(
  deps: ActivityDependencies,
  step: ClaimedStep & { endpoint: ModelEndpoint },
  given: Briefing,
): Promise<Fitted> {
  const { counter, window } = deps.contextMemory;
  const budget = window.budget(step.endpoint);
  const messages = wholeRequest(given);
  if (tokensOfMessages(messages, countBytes) + countBytes(JSON.stringify(given.tools)) <= budget) {
    return { messages, tokens: undefined, briefing: given };
  }
  const count = await counter();
  for (let now = given; ; ) {
    const { system, planned } = prepare(now, budget, count);
    const planning = plan(planned);
    if (planning.kind === 'send') {
      const { chat, tokens } = planning;
      return { messages: [{ role: 'system', content: system }, ...chat], tokens, briefing: now };
    }
    now = await condense(deps, step, now, {
      to: planning.through,
      count,
      sizes,
    });
  }

  /** Tokens of the request as it was, and as it is sent once a summary is in place. */
  function sizes(before: Briefing, after: Briefing) {
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

function wholeRequest({ system, summary, blocks }: Briefing): ChatMessage[] {
  const content = system({ summary: summary?.text, listing: Number.POSITIVE_INFINITY });
  return [{ role: 'system', content }, ...blocks.flatMap((block) => block.chat)];
}

/** The system prompt in its share of the budget, and what is to be planned around it. */
function prepare(
  { system, summary, blocks, tools }: Briefing,
  budget: number,
  count: CountTokens,
): { system: string; planned: Planned } {
  const ofTools = count(JSON.stringify(tools));
  const shown = summary && shortenToTokens(summary.text, roomForSummary(budget), count);
  const tokensOf = (content: string) => tokensOfMessages([{ role: 'system', content }], count);
  const ofSummary = shown === undefined ? 0 : count(shown);
  let content = '';
  for (const listing of LISTINGS) {
    content = system({ summary: shown, listing });
    if (tokensOf(content) - ofSummary + ofTools <= budget * FIXED_PART) break;
  }
  const fixed = tokensOf(content) - ofSummary + ofTools;
  return { system: content, planned: { fixed, summary: ofSummary, blocks, budget, count } };
}
