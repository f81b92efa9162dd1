/** The request by which a model compacts older turns (F7, M6), and how much of them goes into one request. */
import { summaryClosing, summarySystemPrompt } from '../../agents/prompts.ts';
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage, UserPart } from '../../llm/types.ts';
import type { Block } from './blocks.ts';
import { roomForSummary } from './plan.ts';
import { shortenChat, shortenText, shortenToTokens } from './shorten.ts';

/** How long a call's result may be in a summary's material; the last is also used where several requests are needed. */
const CALLS = [4_000, 1_000, 400];
const LEAST = 64;

export interface SummaryRequest {
  messages: ChatMessage[];
  tokens: number;
  /** The summary will stand for the blocks before this one. */
  through: number;
}

/**
 * Asks for a summary of the blocks from `from` to before `to`, or of as many as fit, at least one. The first block
 * opens the material where it is pinned, so that the model knows what it is about.
 * @param before the summary that stands for what came before `from`
 */
export function summaryRequest(material: {
  blocks: Block[];
  from: number;
  to: number;
  before: string | undefined;
  budget: number;
  count: CountTokens;
}): SummaryRequest {
  const { blocks, from, to, budget, count } = material;
  const before = material.before && shortenToTokens(material.before, roomForSummary(budget), count);
  const opening = from > 0 && blocks[0]?.pinned ? [blocks[0]] : [];
  const around = (said: string[]): ChatMessage[] => [
    { role: 'system', content: summarySystemPrompt() },
    { role: 'user', parts: userParts(before, said.join('\n\n')) },
  ];
  const request = (through: number, calls: number, texts = 4 * calls): SummaryRequest => {
    const chosen = [...opening, ...blocks.slice(from, through)];
    const messages = around(chosen.flatMap((block) => asText(block, calls, texts)));
    return { messages, tokens: tokensOfMessages(messages, count), through };
  };

  for (const calls of CALLS) {
    const all = request(to, calls);
    if (all.tokens <= budget) return all;
  }
  const calls = CALLS.at(-1) as number;
  let tokens = tokensOfMessages(around(opening.flatMap((block) => asText(block, calls, 4 * calls))), count);
  let through = from;
  while (through < to) {
    tokens += count(`\n\n${asText(blocks[through] as Block, calls, 4 * calls).join('\n\n')}`) + 1;
    if (tokens > budget) break;
    through += 1;
  }
  if (through > from) return request(through, calls);
  let single = request(from + 1, calls);
  for (let less = calls / 2; single.tokens > budget && less >= LEAST; less /= 2) {
    single = request(from + 1, less, less);
  }
  return single;
}

function userParts(before: string | undefined, transcript: string): UserPart[] {
  return [
    ...(before ? [{ type: 'told' as const, name: 'earlier' as const, text: before }] : []),
    { type: 'told', name: 'conversation', text: transcript },
    { type: 'told', name: 'instruction', text: summaryClosing(before !== undefined) },
  ];
}

/** What a block says, with calls and results as text: some vendors take neither without the tools' schemas. */
function asText(block: Block, calls: number, texts: number): string[] {
  return shortenChat(block.chat, { calls, texts, pictures: false }).flatMap((message): string[] => {
    switch (message.role) {
      case 'user':
        return message.parts
          .filter((part) => part.type === 'said')
          .map((part) => `[the person] ${part.text}`);
      case 'tool':
        return [`[result] ${message.content}`];
      case 'assistant':
        return [
          ...(message.content === null ? [] : [`[you] ${message.content}`]),
          ...(message.tool_calls ?? []).map(
            ({ function: called }) => `[called ${called.name} ${shortenText(called.arguments, calls)}]`,
          ),
        ];
      case 'system':
        break;
    }
    return [];
  });
}
