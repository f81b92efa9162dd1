/** The route of previews: whose they are, and what they hold at most (W12). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { preview } from '../../src/protocol/previews.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { xlsxBytes } from '../unit/tools/documents.ts';

let api: TestApi;
let owner: string;
let workId: string;

beforeAll(async () => {
  api = await startTestApi();
  owner = (await api.guest()).accessToken;
  workId = await api.newWork(owner);
});
afterAll(() => api.close());

async function put(path: string, body: string | Buffer): Promise<void> {
  const response = await fetch(`${api.url}/api/works/${workId}/files/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${owner}` },
    body: new Blob([typeof body === 'string' ? body : new Uint8Array(body)]),
  });
  expect(response.status).toBe(201);
}

const get = (token: string | null, path: string, work = workId) =>
  api.request(token, 'GET', `/api/works/${work}/preview/${path}`);

test('W12: a table is answered as the protocol has it, its rows by offset, sheets by number', async () => {
  await put('data%20%E8%A1%A8.csv', `n;x\n${Array.from({ length: 500 }, (_, n) => `${n};1,5`).join('\n')}`);
  const answer = preview.parse(await (await get(owner, 'data%20%E8%A1%A8.csv?offset=450')).json());
  expect(answer).toMatchObject({
    kind: 'table',
    head: ['n', 'x'],
    total: 500,
    offset: 450,
    format: { encoding: 'UTF-8', separator: ';', decimalCommas: true },
  });
  await put('book.xlsx', xlsxBytes('S', [['a', 1]]));
  const book = preview.parse(await (await get(owner, 'book.xlsx')).json());
  expect(book).toMatchObject({ kind: 'table', rows: [['a', '1']], sheets: [{ name: 'S', isHidden: false }] });
});

test('A2, W12: a preview is for the owner alone, of files that are there, by paths that the files have', async () => {
  await put('mine.csv', 'a,b\n1,2\n');
  const other = (await api.guest()).accessToken;
  const statuses = await Promise.all(
    [
      get(null, 'mine.csv'),
      get(other, 'mine.csv'),
      get(owner, 'mine.csv', randomUUID()),
      get(owner, 'none.csv'),
      get(owner, 'a//b.csv'),
      get(owner, 'data/%2e%2e%2fmine.csv'),
      get(owner, 'mine.csv?offset=-1'),
      get(owner, 'mine.csv?sheet=x'),
      get(owner, 'mine.csv'),
    ].map(async (response) => (await response).status),
  );
  expect(statuses).toEqual([401, 404, 404, 404, 400, 400, 400, 400, 200]);
});

test('W12: many previews at once are all answered, and those who left are not read for', async () => {
  await put('many.csv', 'a,b\n1,2\n');
  const gone = new AbortController();
  const leaving = Array.from({ length: 4 }, () =>
    fetch(`${api.url}/api/works/${workId}/preview/many.csv`, {
      headers: { authorization: `Bearer ${owner}` },
      signal: gone.signal,
    }).catch((error: Error) => error.name),
  );
  const staying = Array.from({ length: 4 }, () => get(owner, 'many.csv'));
  gone.abort();
  expect(new Set(await Promise.all(leaving))).toEqual(new Set(['AbortError']));
  expect((await Promise.all(staying)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});
