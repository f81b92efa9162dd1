/** Where a paper's numbers come from, over REST (T1, P17). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Provenance } from '../../src/domain/provenance/types.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addPastRuns } from '../support/past-runs.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const CODE = 'POINTS = 123_456\nvalue = 0.84413\nprint(f"zeta={value}")\n';
const PAPER =
  '# A paper\n\nThe zeta is 0.84413 for 123,456 points, and 0.99713 by hand.\n\n![A figure](images/a.png)\n';

interface Work {
  token: string;
  id: string;
  put(path: string, content: string): Promise<void>;
  look(query?: string, headers?: Record<string, string>): Promise<Response>;
  seen(): Promise<Provenance & { sha256: string; file: string }>;
}

async function newWork(): Promise<Work> {
  const { accessToken: token } = await api.register();
  const id = await api.newWork(token);
  const headers = { authorization: `Bearer ${token}` };
  const look: Work['look'] = (query = '', more = {}) =>
    fetch(`${api.url}/api/works/${id}/provenance${query}`, { headers: { ...headers, ...more } });
  return {
    token,
    id,
    async put(path, content) {
      const response = await fetch(`${api.url}/api/works/${id}/files/${path}`, {
        method: 'PUT',
        headers,
        body: content,
      });
      expect(response.ok).toBe(true);
    },
    look,
    async seen() {
      const response = await look();
      expect(response.status).toBe(200);
      return (await response.json()) as Provenance & { sha256: string; file: string };
    },
  };
}

async function withRun(): Promise<Work> {
  const work = await newWork();
  await addPastRuns(api.db, work.id, [
    { filename: 'a.py', code: CODE, output: 'begun\nzeta=0.84413\n', files: { 'images/a.png': 'figure' } },
  ]);
  await work.put('code/a.py', CODE);
  await work.put('images/a.png', 'figure');
  await work.put('paper.md', PAPER);
  return work;
}

test('P17: a number opens the run, the fact, the line of the output and of the script; a figure its run', async () => {
  const work = await withRun();
  const seen = await work.seen();
  expect(seen).toMatchObject({ file: 'paper.md', counts: { traced: 1, parameter: 1, untraced: 1 } });
  expect(seen.numbers.map(({ start, end, text }) => [PAPER.slice(start, end), text])).toEqual([
    ['0.84413', '0.84413'],
    ['123,456', '123,456'],
    ['0.99713', '0.99713'],
  ]);
  expect(seen.numbers[0]).toMatchObject({
    state: 'traced',
    run: 1,
    fact: { name: 'zeta', value: '0.84413' },
    line: 2,
    scriptLine: 3,
  });
  expect(seen.numbers[1]).toMatchObject({ state: 'parameter', run: 1, scriptLine: 1, script: 'code/a.py' });
  expect(seen.numbers[2]).toMatchObject({ state: 'untraced' });
  expect(seen.figures).toEqual([expect.objectContaining({ path: 'images/a.png', state: 'traced', run: 1 })]);
});

test('P17, T8: what changed since is told with its file, and nothing is sent again that has not changed', async () => {
  const work = await withRun();
  const etag = (await work.look()).headers.get('etag') ?? '';
  expect((await work.look('', { 'if-none-match': etag })).status).toBe(304);
  await work.put('code/a.py', `${CODE}# changed\n`);
  await work.put('images/a.png', 'retouched');
  expect((await work.look('', { 'if-none-match': etag })).status).toBe(200);
  const { numbers, figures } = await work.seen();
  expect(numbers[0]).toMatchObject({ state: 'stale', reason: 'script_changed', file: 'code/a.py', run: 1 });
  expect(figures[0]).toMatchObject({ state: 'edited', run: 1 });
});

test('T7: what a person attached is given', async () => {
  const work = await withRun();
  await work.put('attachments/a.csv', 'a,b\n17,0.99713\n');
  expect((await work.seen()).numbers[2]).toMatchObject({ state: 'given', file: 'attachments/a.csv' });
});

test('T1, P17: a decision stays with its number through edits elsewhere, can be sent again, and taken back', async () => {
  const work = await withRun();
  const id = randomUUID();
  const address = `/api/works/${work.id}/provenance/decisions/${id}`;
  const start = PAPER.indexOf('0.99713');
  const decision = { file: 'paper.md', start, end: start + 7, verdict: 'dismissed' };
  for (let time = 0; time < 2; time += 1)
    expect((await api.request(work.token, 'PUT', address, decision)).status).toBe(204);
  await work.put('paper.md', PAPER.replace('# A paper', '# A better paper\n\nWith an abstract.'));
  const { numbers } = await work.seen();
  expect(numbers.map(({ state }) => state)).toEqual(['traced', 'parameter', 'dismissed']);
  expect(numbers[2]?.decision).toBe(id);
  expect((await api.request(work.token, 'DELETE', address)).status).toBe(204);
  expect((await api.request(work.token, 'DELETE', address)).status).toBe(404);
  expect((await work.seen()).numbers[2]).toMatchObject({ state: 'untraced' });
});

test('P17: a pinned number leads to the fact that was chosen; what is not there is refused in a sentence', async () => {
  const work = await withRun();
  const start = PAPER.indexOf('0.99713');
  const put = (body: object) =>
    api.request(work.token, 'PUT', `/api/works/${work.id}/provenance/decisions/${randomUUID()}`, {
      file: 'paper.md',
      start,
      end: start + 7,
      ...body,
    });
  expect((await put({ verdict: 'pinned', run: 1, fact: 'zeta' })).status).toBe(204);
  expect((await work.seen()).numbers[2]).toMatchObject({ state: 'pinned', run: 1, fact: { name: 'zeta' } });
  for (const [body, status, says] of [
    [{ verdict: 'pinned' }, 400, 'names the `run`'],
    [{ verdict: 'pinned', run: 7 }, 400, 'no run 7'],
    [{ verdict: 'pinned', run: 1, fact: 'eta' }, 400, 'is called'],
    [{ verdict: 'dismissed', end: start + 3 }, 409, 'fetch its provenance again'],
    [{ verdict: 'odd' }, 400, ''],
    [{ verdict: 'dismissed', file: '../secret.md' }, 400, ''],
    [{ verdict: 'dismissed', file: 'nothing.md' }, 404, ''],
  ] as const) {
    const response = await put(body);
    expect([body, response.status]).toEqual([body, status]);
    expect(await response.text()).toContain(says);
  }
});

test("A2: nobody else sees a Work's provenance, nor decides about it", async () => {
  const work = await withRun();
  const { accessToken } = await api.register();
  const address = `/api/works/${work.id}/provenance`;
  expect((await api.request(accessToken, 'GET', address)).status).toBe(404);
  expect((await api.request(null, 'GET', address)).status).toBe(401);
  const decision = {
    file: 'paper.md',
    start: PAPER.indexOf('0.99713'),
    end: PAPER.indexOf('0.99713') + 7,
    verdict: 'dismissed',
  };
  const at = `${address}/decisions/${randomUUID()}`;
  expect((await api.request(accessToken, 'PUT', at, decision)).status).toBe(404);
  expect((await api.request(work.token, 'PUT', at, decision)).status).toBe(204);
  expect((await api.request(accessToken, 'DELETE', at)).status).toBe(404);
  expect((await work.seen()).numbers[2]).toMatchObject({ state: 'dismissed' });
});

test('P17: a paper that is missing, or too large, is said', async () => {
  const work = await newWork();
  expect((await work.look('?file=nothing.md')).status).toBe(404);
  expect((await work.look('?file=../x')).status).toBe(400);
  await work.put('large.md', 'word '.repeat(120_000));
  const response = await work.look('?file=large.md');
  expect(response.ok).toBe(false);
  expect(await response.text()).toContain('read as Markdown');
});

test('O9, P20: the check names what is wrong with the paper, with lines; a style adds what it asks', async () => {
  const work = await withRun();
  const check = (query = '', headers: Record<string, string> = {}) =>
    fetch(`${api.url}/api/works/${work.id}/check${query}`, {
      headers: { authorization: `Bearer ${work.token}`, ...headers },
    });
  await work.put('paper.md', `${PAPER}\nSee @fig:b and [@knuth; @euler].\n\n## Empty\n`);
  await work.put('references.bib', '@misc{knuth, title = {A}}\n');
  const response = await check();
  const { items } = (await response.json()) as { items: { code: string; line?: number; about?: string }[] };
  expect(items.map(({ code, line, about }) => [code, line, about])).toEqual([
    ['number_untraced', 3, '0.99713'],
    ['figure_unreferenced', 5, 'images/a.png'],
    ['reference_unresolved', 7, 'fig:b'],
    ['citation_unresolved', 7, 'euler'],
    ['section_empty', 9, 'Empty'],
  ]);
  const etag = response.headers.get('etag') ?? '';
  expect((await check('', { 'If-None-Match': etag })).status).toBe(304);
  const styled = (await (await check('?style=mcm')).json()) as { items: { code: string }[] };
  expect(styled.items.map(({ code }) => code)).toContain('fact_missing');
  expect((await check('?style=none')).status).toBe(400);
  expect((await check('?file=other.md')).status).toBe(404);
  const stranger = (await api.register()).accessToken;
  const theirs = await fetch(`${api.url}/api/works/${work.id}/check`, {
    headers: { authorization: `Bearer ${stranger}` },
  });
  expect(theirs.status).toBe(404);
});
