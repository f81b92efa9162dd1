/** Where in a conversation some words stand (V57). Pure. */
import { type Message, textOf } from '../../../src/domain/messages.ts';
import type { ThreadItem } from './thread.ts';

/** What was said, for comparing; a message that does not change is read once. */
const said = new WeakMap<Message, string>();

function saidIn(message: Message): string {
  const known = said.get(message);
  if (known !== undefined) return known;
  const text = textOf(message).toLowerCase();
  // What still grows is another message with each word.
  if (message.status !== 'running') said.set(message, text);
  return text;
}

/** Ids of the items in which a person or the agent said `words`, oldest first; upper and lower case are one. */
export function itemsWith(items: readonly ThreadItem[], words: string): string[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  const holds = (item: ThreadItem) =>
    item.kind === 'user'
      ? saidIn(item.message).includes(wanted)
      : item.messages.some((message) => saidIn(message).includes(wanted));
  return items.filter(holds).map(({ id }) => id);
}

/** Where `words` stand in a text, each as its begin and end. */
export function placesOf(text: string, words: string): [begin: number, end: number][] {
  const wanted = words.trim();
  if (wanted === '') return [];
  const literally = wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return [...text.matchAll(new RegExp(literally, 'giu'))].map(({ index, 0: found }) => [
    index,
    index + found.length,
  ]);
}
