/**
 * How a conversation is made to fit (F7), as a pure function: nothing is changed while all fits; then pictures of older
 * steps become words; then long results
 * of older steps are shortened; then older turns are to be compacted; then any text is shortened; and only where
 * even that is too long, older steps of the newest turn are compacted.
 */
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage } from '../../llm/types.ts';
import type { Block } from './blocks.ts';
import { type Limits, shortenChat } from './shorten.ts';

export interface Planned {
  /** Tokens of the system prompt without a summary, and of the tools. */
  fixed: number;
  /** Tokens of the summary in use; 0 without one. */
  summary: number;
  blocks: Block[];
  /** Tokens that all of it together may fill. */
  budget: number;
  count: CountTokens;
}

export type Plan =
  /** The chat to send after the system prompt; `fits` is false where nothing helps. */
  | { kind: 'send'; chat: ChatMessage[]; tokens: number; fits: boolean }
  /** A summary must come to stand for the blocks before `through`, pinned ones apart. */
  | { kind: 'compact'; through: number };

/** How far older steps and the rest are shortened. */
interface Level {
  older: Limits;
  newest: Limits;
}

const WHOLE = Number.POSITIVE_INFINITY;
const UNTOUCHED: Limits = { calls: WHOLE, texts: WHOLE, pictures: true };
const MILD: Level[] = [
  { older: UNTOUCHED, newest: UNTOUCHED },
  ...[WHOLE, 4_000, 1_000].map((calls) => ({
    older: { calls, texts: WHOLE, pictures: false },
    newest: UNTOUCHED,
  })),
];
const HARSH: Level[] = Array.from({ length: 11 }, (_, index) => 65_536 / 2 ** index).map((texts) => ({
  older: { calls: Math.max(64, Math.min(1_000, texts / 8)), texts, pictures: false },
  newest: { calls: texts, texts, pictures: false },
}));
const AS_IT_IS = MILD[0] as Level;
const BRIEF = MILD.at(-1) as Level;

/** Of the room for a conversation, what is filled right after compacting: so it is not done again at once. */
const FILLED_AFTERWARDS = 0.5;

/** Tokens that a summary may take of a budget. */
export function roomForSummary(budget: number): number {
  return Math.min(2_000, Math.floor(budget / 5));
}

export function plan(planned: Planned): Plan {
  const { blocks } = planned;
  const newestTurn = startOfNewestTurn(blocks);
  const whole = firstThatFits(planned, MILD);
  if (whole !== undefined) return whole;
  const turns = blocks.map((_, index) => index).filter((index) => index > 0 && index <= newestTurn);
  const atTurn = cut(
    planned,
    turns.filter((index) => blocks[index]?.turn !== blocks[index - 1]?.turn),
  );
  if (atTurn !== undefined) return { kind: 'compact', through: atTurn };
  const short = firstThatFits(planned, HARSH);
  if (short !== undefined) return short;
  const lastStep = startOfLastStep(blocks);
  const steps = blocks.map((_, index) => index).filter((index) => index > newestTurn && index <= lastStep);
  const atStep = cut(planned, steps);
  if (atStep !== undefined) return { kind: 'compact', through: atStep };
  const floor = HARSH.at(-1) as Level;
  const chat = shortened(blocks, floor);
  return {
    kind: 'send',
    chat,
    tokens: planned.fixed + planned.summary + tokensOfMessages(chat, planned.count),
    fits: false,
  };
}

/** Tokens of the whole request with nothing shortened. */
export function wholeTokens({ fixed, summary, blocks, count }: Planned): number {
  return fixed + summary + tokensOfMessages(shortened(blocks, AS_IT_IS), count);
}

function firstThatFits(planned: Planned, levels: Level[]): Plan | undefined {
  for (const level of levels) {
    const tokens = tokensUpTo(planned, level);
    if (tokens <= planned.budget)
      return { kind: 'send', chat: shortened(planned.blocks, level), tokens, fits: true };
  }
  return undefined;
}

/** The request's tokens, counted no further than the budget. */
function tokensUpTo({ fixed, summary, blocks, budget, count }: Planned, level: Level): number {
  const newest = startOfLastStep(blocks);
  let tokens = fixed + summary;
  for (let index = blocks.length - 1; index >= 0 && tokens <= budget; index -= 1) {
    tokens += tokensOfBlock(blocks[index] as Block, index >= newest ? level.newest : level.older, count);
  }
  return tokens;
}

/**
 * Of the places where the conversation may be cut, the first after which what stays is short enough, else the last;
 * undefined where nothing would be compacted.
 */
function cut({ fixed, blocks, budget, count }: Planned, places: number[]): number | undefined {
  const useful = places.filter((place) => blocks.slice(0, place).some((block) => !block.pinned));
  const target = FILLED_AFTERWARDS * (budget - fixed - roomForSummary(budget));
  let found = useful.at(-1);
  let tokens = 0;
  let index = blocks.length - 1;
  for (const place of useful.toReversed()) {
    for (; index >= place; index -= 1) tokens += tokensOfBlock(blocks[index] as Block, BRIEF.older, count);
    if (tokens > target) return found;
    found = place;
  }
  return found;
}

function tokensOfBlock(block: Block, limits: Limits, count: CountTokens): number {
  return tokensOfMessages(shortenChat(block.chat, limits), count);
}

function shortened(blocks: Block[], level: Level): ChatMessage[] {
  const newest = startOfLastStep(blocks);
  return blocks.flatMap((block, index) =>
    shortenChat(block.chat, index >= newest ? level.newest : level.older),
  );
}

/** Where the newest turn begins. */
function startOfNewestTurn(blocks: Block[]): number {
  const turn = blocks.at(-1)?.turn;
  const last = blocks.findLastIndex((block) => block.turn !== turn);
  return last + 1;
}

/** The last answer, with what a person said after it; where there is none, the last block. */
function startOfLastStep(blocks: Block[]): number {
  const answer = blocks.findLastIndex((block) => block.chat.some(({ role }) => role === 'assistant'));
  return answer < 0 ? Math.max(0, blocks.length - 1) : answer;
}
