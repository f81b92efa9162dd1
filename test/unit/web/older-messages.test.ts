import { expect, test } from '@jest/globals';
import { nextTick, shallowRef } from 'vue';
import type { Message } from '../../../src/domain/messages.ts';
import { useOlderMessages } from '../../../web/src/conversation/use-older-messages.ts';

type Page = { items: Message[]; nextCursor?: number };

/** What the page has of a conversation before its snapshot, with answers that come when they are told to. */
function older(first: number) {
  const cursor = shallowRef<number | null>(first);
  const asked: { before: number; answer: (page: Page) => void }[] = [];
  const shown = useOlderMessages({
    page: (before) => new Promise((answer) => asked.push({ before, answer })),
    drawn: async () => {},
    first: () => cursor.value,
    rewoundFrom: shallowRef(null),
  });
  return { cursor, asked, ...shown };
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ id: String(from + n) }) as Message);
const ids = ({ messages: shown }: ReturnType<typeof older>) => shown.value.map(({ id }) => Number(id));

test('weather: a page of older messages that comes behind a new snapshot is thrown away, and asked for again from there', async () => {
  const page = older(100);
  const late = page.load();
  page.cursor.value = 180;
  await nextTick();
  page.asked[0]?.answer({ items: messages(50, 100), nextCursor: 50 });
  await late;
  // Put before the snapshot that begins at 180 they would leave a hole.
  expect(ids(page)).toEqual([]);
  expect([page.loading.value, page.more.value]).toEqual([false, true]);
  const again = page.load();
  page.asked[1]?.answer({ items: messages(130, 180) });
  await again;
  expect(page.asked.map(({ before }) => before)).toEqual([100, 180]);
  expect(ids(page)).toEqual(Array.from({ length: 50 }, (_, n) => 130 + n));
  expect(page.more.value).toBe(false);
});

test('V57: whoever asks while a page is on its way waits for that page, and none is asked for twice', async () => {
  const page = older(100);
  const first = page.load();
  let isThere = false;
  const second = page.load().then(() => {
    isThere = true;
  });
  await nextTick();
  expect([isThere, page.asked.length]).toEqual([false, 1]);
  page.asked[0]?.answer({ items: messages(50, 100), nextCursor: 50 });
  await Promise.all([first, second]);
  expect(ids(page)[0]).toBe(50);
  expect(page.asked).toHaveLength(1);
});
