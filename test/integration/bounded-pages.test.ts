/** What a conversation and a list of files are for one reader is bounded in bytes, not only in number (SR-H6). */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { PAGE_BYTES } from '../../src/db/messages.ts';
import type { Message } from '../../src/domain/messages.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addPastTurns } from '../support/past-turns.ts';

/** Quotation marks and ids around what was counted. */
const AROUND = 64 * 1024;

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.guest()).accessToken;
});
afterAll(() => api.close());

interface Page {
  items: Message[];
  nextCursor?: number;
}

async function page(workId: string, cursor?: number): Promise<{ bytes: number; page: Page }> {
  const of = `/api/works/${workId}/messages?limit=200${cursor === undefined ? '' : `&cursor=${cursor}`}`;
  const text = await (await api.request(token, 'GET', of)).text();
  return { bytes: text.length, page: JSON.parse(text) as Page };
}

test('SR-H6: pages of a conversation with long results are bounded, and together have all of it', async () => {
  const workId = await api.newWork(token);
  const turns = Array.from({ length: 20 }, (_, n) => ({
    said: `s${n}`,
    output: 'x'.repeat(1024 ** 2),
    answer: `a${n}`,
  }));
  await addPastTurns(api.db, workId, turns);
  const all: Message[] = [];
  let pages = 0;
  for (let cursor: number | undefined; pages === 0 || cursor !== undefined; pages += 1) {
    const { bytes, page: got } = await page(workId, cursor);
    expect(bytes).toBeLessThan(PAGE_BYTES + AROUND);
    expect(got.items.length).toBeGreaterThan(0);
    all.unshift(...got.items);
    cursor = got.nextCursor;
  }
  expect(pages).toBeGreaterThan(2);
  expect(all).toHaveLength(60);
  expect(new Set(all.map(({ id }) => id)).size).toBe(60);

  const chat = await api.chat(token, workId);
  const snapshot = (await chat.frame(({ type }) => type === 'snapshot', 'the snapshot')) as unknown as {
    messages: Message[];
    cursor?: number;
  };
  chat.close();
  expect(JSON.stringify(snapshot).length).toBeLessThan(PAGE_BYTES + AROUND);
  expect(snapshot.messages).toEqual(all.slice(-snapshot.messages.length));
  const older = await page(workId, snapshot.cursor);
  expect(older.page.items.at(-1)).toEqual(all.at(-snapshot.messages.length - 1));
});

test('SR-H6: one message that is longer than a page comes, its calls cut', async () => {
  const workId = await api.newWork(token);
  await addPastTurns(api.db, workId, [{ said: 's', output: 'x', answer: 'a' }]);
  await sql`update tool_calls set result = repeat('y', 12 * 1024 * 1024) where work_id = ${workId}::uuid`.execute(
    api.db,
  );
  const first = await page(workId);
  expect(first.page.items.map(({ parts }) => parts[0]?.type)).toEqual(['text']);
  const second = await page(workId, first.page.nextCursor);
  expect(second.bytes).toBeLessThan(PAGE_BYTES);
  expect(second.page.items).toHaveLength(1);
  const [cut] = second.page.items[0]?.parts ?? [];
  // By hand: a matcher of a regular expression overflows on a text of megabytes.
  expect(cut?.type === 'tool' && [...new Set(cut.result ?? '')]).toEqual(['y']);
  const third = await page(workId, second.page.nextCursor);
  expect(third.page.items.map(({ role }) => role)).toEqual(['user']);
  expect(third.page.nextCursor).toBeUndefined();
});

test('SR-H6: a list of files with long paths is bounded, and says that there is more', async () => {
  const workId = await api.newWork(token);
  const long = Array.from({ length: 15 }, () => 'd'.repeat(240)).join('/');
  const folder = path.join(api.dataDir, 'workspaces', workId, long);
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < 3_000; n += 1) await writeFile(path.join(folder, `f${n}`), '');
  const text = await (await api.request(token, 'GET', `/api/works/${workId}/files`)).text();
  expect(text.length).toBeLessThan(8 * 1024 ** 2);
  const { items, truncated } = JSON.parse(text) as { items: { path: string }[]; truncated: boolean };
  expect(truncated).toBe(true);
  expect(items.length).toBeGreaterThan(1_000);
});
