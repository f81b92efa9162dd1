/**
 * The conversation as it is laid out: user messages, and between them one block for each turn's answers;
 * the code agents' steps apart, by the tool call they serve. What did not change keeps its identity from one
 * drawing to the next, so that a token redraws the message it belongs to and nothing else.
 */
import type { Message } from '../../../src/domain/messages.ts';
import { REVIEWER } from '../../../src/domain/reviews.ts';

export type ThreadItem =
  /** `steered`: it was taken in the midst of a turn. */
  | { kind: 'user'; id: string; message: Message; steered: boolean }
  | { kind: 'answer'; id: string; turn: number | null; messages: Message[]; last: boolean }
  /** What the reviewer said between two answers (H5): one message. */
  | { kind: 'review'; id: string; turn: number | null; messages: Message[]; last: false };

export interface Thread {
  items: ThreadItem[];
  /** A code agent's messages by the id of its `code_agent` call. */
  steps: ReadonlyMap<string, Message[]>;
}

export const emptyThread: Thread = { items: [], steps: new Map() };

export function threadOf(messages: readonly Message[], previous: Thread = emptyThread): Thread {
  const items: ThreadItem[] = [];
  const steps = new Map<string, Message[]>();
  const begun = new Set<number>();
  for (const message of messages) {
    const agent = message.agent ?? 'main';
    if (agent === REVIEWER) {
      items.push({ kind: 'review', id: message.id, turn: message.turn, messages: [message], last: false });
      continue;
    }
    if (agent !== 'main') {
      // The task it was given stands in the call's arguments already.
      if (message.role === 'assistant') steps.set(agent, [...(steps.get(agent) ?? []), message]);
      continue;
    }
    if (message.role === 'user') {
      // One message begins a turn: another one in it was taken on the way.
      const steered = message.turn !== null && begun.has(message.turn);
      if (message.turn !== null) begun.add(message.turn);
      items.push({ kind: 'user', id: message.id, message, steered });
      continue;
    }
    const before = items.at(-1);
    if (before?.kind === 'answer' && before.turn === message.turn) before.messages.push(message);
    else items.push({ kind: 'answer', id: message.id, turn: message.turn, messages: [message], last: false });
  }
  markLastOfTurn(items);
  return { items: keepItems(items, previous.items), steps: keepSteps(steps, previous.steps) };
}

/** A turn that was steered has several blocks; only its last one tells how it ended. */
function markLastOfTurn(items: ThreadItem[]): void {
  const seen = new Set<number | null>();
  for (const item of items.toReversed()) {
    if (item.kind !== 'answer') continue;
    item.last = !seen.has(item.turn);
    seen.add(item.turn);
  }
}

function keepItems(items: ThreadItem[], previous: ThreadItem[]): ThreadItem[] {
  const old = new Map(previous.map((item) => [item.id, item]));
  return items.map((item) => {
    const same = old.get(item.id);
    return same !== undefined && sameItem(item, same) ? same : item;
  });
}

function sameItem(a: ThreadItem, b: ThreadItem): boolean {
  if (a.kind === 'user' || b.kind === 'user')
    return a.kind === 'user' && b.kind === 'user' && a.message === b.message && a.steered === b.steered;
  return a.kind === b.kind && a.last === b.last && sameMessages(a.messages, b.messages);
}

function keepSteps(steps: Map<string, Message[]>, previous: Thread['steps']): Map<string, Message[]> {
  for (const [agent, messages] of steps) {
    const same = previous.get(agent);
    if (same !== undefined && sameMessages(messages, same)) steps.set(agent, same);
  }
  return steps;
}

function sameMessages(a: Message[], b: Message[]): boolean {
  return a.length === b.length && a.every((message, index) => message === b[index]);
}
