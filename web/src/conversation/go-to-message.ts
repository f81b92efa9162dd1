/** To the place of a message that was found by the search: older ones are loaded until it is there. */
import { until } from '@vueuse/core';
import { nextTick, type Ref } from 'vue';
import type { Thread } from './thread.ts';

/** For how long the place is marked, in milliseconds. */
const MARKED_MS = 2_500;
/** For how long the conversation is waited for. */
const WAIT_MS = 30_000;

export interface Place {
  thread: Readonly<Ref<Thread>>;
  /** The thread is laid out. */
  drawn: Readonly<Ref<boolean>>;
  box: Readonly<Ref<HTMLElement | null>>;
  more(): boolean;
  load(): Promise<void>;
  /** What grows at the end meanwhile takes nobody back there. */
  stay(): void;
}

/** Resolves when the place is in sight, or there is no such message (any more). */
export async function goToMessage(
  id: string,
  { thread, drawn, box, more, load, stay }: Place,
): Promise<void> {
  await until(drawn).toBe(true, { timeout: WAIT_MS });
  await until(thread).toMatch(({ items }) => items.length > 0, { timeout: WAIT_MS });
  let itemId = itemOf(thread.value, id);
  while (itemId === undefined && more()) {
    await load();
    await nextTick();
    itemId = itemOf(thread.value, id);
  }
  const element =
    itemId === undefined ? null : box.value?.querySelector(`[data-item="${CSS.escape(itemId)}"]`);
  if (!(element instanceof HTMLElement)) return;
  stay();
  element.scrollIntoView({ block: 'start' });
  // What comes into sight may turn out longer than it was taken for: then its place has moved.
  await new Promise(requestAnimationFrame);
  element.scrollIntoView({ block: 'start' });
  element.dataset.found = '';
  setTimeout(() => delete element.dataset.found, MARKED_MS);
}

/** Which item of the thread holds the message. */
function itemOf(thread: Thread, id: string): string | undefined {
  return thread.items.find((item) =>
    item.kind === 'user' ? item.message.id === id : item.messages.some((message) => message.id === id),
  )?.id;
}
