/** A conversation in blocks that are kept or compacted whole, so that no call is parted from its result (F7). */
import type { ContextMessage } from '../../db/summaries.ts';
import type { CountTokens } from '../../llm/tokens.ts';
import type { ChatMessage } from '../../llm/types.ts';
import type { ShownParts } from './pictures.ts';
import { chatOf, openingParts } from './prompt.ts';

/** One message of the conversation; an answer stands with the results of its calls. */
export interface Block {
  /** The message's id; for a code agent's task, the agent's. */
  id: string;
  turn: number | null;
  /** Stays whatever is compacted: the first words of a person, and what they say in the newest turn. */
  pinned: boolean;
  attachments: string[];
  chat: ChatMessage[];
}

/**
 * The blocks of a conversation; `task` opens a code agent's. Each turn begins with its opening, but where that says
 * what the one before said.
 */
export function toBlocks(
  conversation: ContextMessage[],
  openings: ReadonlyMap<number, string> = new Map(),
  task?: { agent: string; text: string; turn: number },
  pictures?: ShownParts,
): Block[] {
  const newest = conversation.at(-1)?.turn;
  const first = conversation.find((message) => message.role === 'user');
  const begun = new Set<number>();
  let shown: string | undefined;

  function openingAt(turn: number | null): string | undefined {
    if (turn === null || begun.has(turn)) return undefined;
    begun.add(turn);
    const opening = openings.get(turn);
    if (opening === shown) return undefined;
    shown = opening;
    return opening;
  }

  const blocks = conversation.map(
    (message): Block => ({
      id: message.id,
      turn: message.turn,
      pinned: message === first || (message.role === 'user' && message.turn === newest),
      attachments: message.attachments ?? [],
      chat: chatOf(message, message.role === 'user' ? openingAt(message.turn) : undefined, pictures),
    }),
  );
  if (task === undefined) return blocks;
  const opening: ChatMessage[] = [
    { role: 'user', parts: [...openingParts(openings.get(task.turn)), { type: 'said', text: task.text }] },
  ];
  return [{ id: task.agent, turn: null, pinned: true, attachments: [], chat: opening }, ...blocks];
}

/** The blocks that remain when a summary stands for those before `through`. */
export function without(blocks: Block[], through: number): Block[] {
  return blocks.filter((block, index) => index >= through || block.pinned);
}

/** What a token is at least, in bytes of UTF-8: an upper bound of the tokens that costs next to nothing. */
export const countBytes: CountTokens = (text) => Buffer.byteLength(text);
