/** REST: lists and reads with 10,000 Works and a Work of 5,000 messages: requests a second, and how long each takes. */
import { openDatabase } from '../../src/db/database.ts';
import { type Account, newGuest, newWork } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { addConversation, addWorks } from '../past-works.ts';
import { percentile } from '../statistics.ts';

/** Requests under way at a time where their rate is measured. */
const AT_ONCE = 16;

export const restReads: Measure = {
  id: 'REST',
  async run(bench) {
    const account = await newGuest(bench.system.instance().appUrl);
    const [works, messages] = [bench.times(10_000, 100), bench.times(5_000, 50)];
    const workId = await newWork(account);
    const db = openDatabase(bench.system.instance().databaseUrl, {
      name: 'bench',
      max: 1,
      onIdleError: () => {},
    });
    try {
      const { id } = (await (await get(account, '/api/auth/me')).json()) as { id: string };
      await addWorks(db, id, works - 1);
      await addConversation(db, workId, messages);
    } finally {
      await db.destroy();
    }
    const cursor = await cursorInTheMiddle(account, works);
    const routes = {
      [`a page of ${works} Works`]: '/api/works?limit=50',
      'a page from their middle': `/api/works?limit=50&cursor=${cursor}`,
      'a search among them': '/api/works?limit=50&q=waves',
      'a search that finds nothing': '/api/works?q=nowhere',
      'one Work': `/api/works/${workId}`,
      [`the newest 50 of ${messages} messages`]: `/api/works/${workId}/messages?limit=50`,
      'a page from their middle ': `/api/works/${workId}/messages?limit=50&cursor=${messages}`,
      [`the history of ${messages} messages`]: `/api/chat/work/${workId}/history`,
    };
    const figures: Figure[] = [];
    for (const [what, path] of Object.entries(routes)) {
      const few = path.includes('history');
      figures.push(...(await measured(bench, account, what.trim(), path, few ? 0.1 : 1)));
    }
    return figures;
  },
};

async function measured(
  bench: Bench,
  account: Account,
  what: string,
  path: string,
  share: number,
): Promise<Figure[]> {
  const many = Math.ceil(bench.times(500, 10) * share);
  for (let n = 0; n < Math.ceil(many / 10); n += 1) await read(account, path);
  const samples: number[] = [];
  for (let n = 0; n < many; n += 1) samples.push(await read(account, path));
  const began = performance.now();
  let left = many * 2;
  const reader = async () => {
    for (; left > 0; left -= 1) await read(account, path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  const rate = (many * 2) / ((performance.now() - began) / 1_000);
  return [
    { what: `${what}, p50`, value: percentile(samples, 0.5), unit: 'ms' },
    { what: 'the same, p99', value: percentile(samples, 0.99), unit: 'ms' },
    { what: `the same, ${AT_ONCE} at once`, value: rate, unit: 'requests/s' },
  ];
}

/** One request, its body read; gives milliseconds. */
async function read(account: Account, path: string): Promise<number> {
  const began = performance.now();
  await (await get(account, path)).arrayBuffer();
  return performance.now() - began;
}

async function get({ url, token }: Account, path: string): Promise<Response> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** The cursor of the page that begins about half-way down the list. */
async function cursorInTheMiddle(account: Account, works: number): Promise<string> {
  const limit = Math.min(200, works / 4);
  let cursor = '';
  for (let passed = 0; passed < works / 2; passed += limit) {
    const page = await (
      await get(account, `/api/works?limit=${limit}${cursor && `&cursor=${cursor}`}`)
    ).json();
    const { nextCursor } = page as { nextCursor?: string };
    if (nextCursor === undefined) throw new Error('the list is shorter than it should be');
    cursor = nextCursor;
  }
  return cursor;
}
