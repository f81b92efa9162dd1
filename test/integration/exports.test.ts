/** Files that are made of a Work (P20): ordered as a row, made by a workflow, whoever dies meanwhile. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import { unpack } from '../../src/documents/zip.ts';
import type { Notebook } from '../../src/exports/notebook.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { readPdf } from '../support/papers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

const WITHIN_MS = 60_000;
const RUN = `import pathlib, struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
pathlib.Path('images').mkdir(exist_ok=True)
pathlib.Path('images/dot.png').write_bytes(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0))
    + chunk(b'IDAT', zlib.compress(b'\\0\\x99')) + chunk(b'IEND', b''))
print('pi is about', 3.14)`;

let system: TestSystem;
let workers: AppProcess[] = [];

beforeAll(async () => {
  system = await startTestSystem({
    script: (request) => {
      const answered = answersSoFar(request);
      if (isCodeAgent(request)) {
        if (answered > 0) return textReply('Computed.');
        return {
          kind: 'stream',
          steps: callTool(0, 'r', 'run_python', { code: RUN, filename: 'dot.py', timeoutSeconds: null }),
        };
      }
      if (answered > 0) return textReply('All done.');
      return { kind: 'stream', steps: callTool(0, 'm', 'code_agent', { task: 'Compute.' }) };
    },
  });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
});

afterAll(() => system.close());

async function startWorker(): Promise<void> {
  workers.push(await system.startWorker());
}

/** A call of the API as that person; the answer's status and body. */
async function call(account: TestAccount, method: string, address: string, body?: unknown) {
  const response = await fetch(`${system.url}/api/works/${address}`, {
    method,
    headers: {
      authorization: `Bearer ${account.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

const ended = (account: TestAccount, workId: string, id: string) =>
  eventually(
    async () => (await call(account, 'GET', `${workId}/exports/${id}`)).body,
    ({ state }) => state === 'done' || state === 'failed',
    WITHIN_MS,
  );

testWith('bubblewrap')(
  'W6, P20: a Work comes out as a notebook with what was said, each script, its output and its figure',
  async () => {
    await startWorker();
    const { account, workId, chat } = await system.newChat();
    chat.say('estimate pi');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    const ordered = await call(account, 'POST', `${workId}/exports`, { format: 'ipynb' });
    expect(ordered.status).toBe(202);
    const info = await ended(account, workId, ordered.body.id);
    expect(info).toMatchObject({ state: 'done', format: 'ipynb', problems: [] });
    const file = await call(account, 'GET', `${workId}/exports/${ordered.body.id}/file`);
    expect(file.headers.get('content-disposition')).toContain('.ipynb');
    expect(Number(file.headers.get('content-length'))).toBe(info.size);
    const notebook: Notebook = file.body;
    expect(notebook.nbformat).toBe(4);
    expect(notebook.cells.map(({ cell_type, source }) => [cell_type, source])).toEqual([
      ['markdown', expect.stringMatching(/^# /)],
      ['code', expect.stringContaining('sys.path.insert(0, "code")')],
      ['markdown', '> estimate pi'],
      ['markdown', '### code/dot.py'],
      ['code', RUN],
      ['markdown', 'All done.'],
    ]);
    expect(notebook.cells[4]?.outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'pi is about 3.14\n' },
      {
        output_type: 'display_data',
        data: { 'image/png': expect.any(String), 'text/plain': 'images/dot.png' },
        metadata: {},
      },
    ]);

    const { account: stranger } = await system.newChat();
    for (const [method, address] of [
      ['GET', `${workId}/exports/${ordered.body.id}`],
      ['GET', `${workId}/exports/${ordered.body.id}/file`],
      ['POST', `${workId}/exports`],
    ] as const) {
      const answer = await call(
        stranger,
        method,
        address,
        method === 'POST' ? { format: 'ipynb' } : undefined,
      );
      expect(answer.status).toBe(404);
    }

    const [owner = ''] = readdirSync(path.join(system.dataDir, 'exports'));
    const kept = path.join(system.dataDir, 'exports', owner, ordered.body.id);
    expect(existsSync(kept)).toBe(true);
    expect((await call(account, 'DELETE', workId)).status).toBe(204);
    await eventually(
      () => existsSync(kept),
      (there) => !there,
      WITHIN_MS,
    );
  },
);

testWith('bubblewrap')(
  'O8: a contest is sent one pack: the paper with the report on the use of AI from the log behind it, code and figures, nobody named',
  async () => {
    await startWorker();
    const { account, workId, chat } = await system.newChat();
    chat.say('estimate `pi` by #chance');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    const put = (file: string, body: string) =>
      fetch(`${system.url}/api/works/${workId}/files/${file}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${account.token}` },
        body,
      });
    const facts = 'lang: en\nteam: "1234567"\nproblem: A\nyear: "2027"\nauthor: Ada Example';
    await put('paper.md', `---\n${facts}\n---\n# On pi\n\n## Summary\n\nIt is 3.14.\n\n## Text\n\nPi.\n`);
    await put('code/by-ada.py', '# Ada Example, /home/ada\n');
    const fetchMade = async (format: string) => {
      const { body } = await call(account, 'POST', `${workId}/exports`, {
        format,
        ...(format === 'pack' ? { style: 'mcm' } : {}),
      });
      const info = await ended(account, workId, body.id);
      expect(info).toMatchObject({ state: 'done', format });
      const file = await fetch(`${system.url}/api/works/${workId}/exports/${body.id}/file`, {
        headers: { authorization: `Bearer ${account.token}` },
      });
      return { info, file, bytes: Buffer.from(await file.arrayBuffer()) };
    };
    const { info, bytes, file } = await fetchMade('pack');
    expect(file.headers.get('content-disposition')).toContain('.zip');
    expect(info.problems.map(({ code }: { code: string }) => code).sort()).toEqual([
      'identity_in_file',
      'identity_in_file',
      'names_people',
    ]);
    const outer = unpack(bytes, () => true, 10e6);
    expect([...outer.keys()]).toEqual(['1234567.pdf', 'supporting.zip']);
    const inner = unpack(outer.get('supporting.zip') as Buffer, () => true, 10e6);
    expect([...inner.keys()].sort()).toEqual(['code/by-ada.py', 'code/dot.py', 'figures/dot.png']);
    const { pages } = await readPdf(outer.get('1234567.pdf') as Buffer);
    const text = pages.join(' ');
    expect(text).not.toContain('Ada Example');
    for (const part of [
      'Report on Use of AI',
      'estimate `pi` by #chance',
      'All done.',
      'images/dot.png: adopted, unchanged',
    ])
      expect(text).toContain(part);
    const alone = await readPdf((await fetchMade('ai_report')).bytes);
    expect(alone.pages[0]).toContain('Report on Use of AI');
  },
  240_000,
);

test('P20: an export that no worker was there for is made by the next one, and no more than three of a person wait at once', async () => {
  const { account, workId } = await system.newChat();
  const orders = await Promise.all(
    Array.from({ length: 6 }, () => call(account, 'POST', `${workId}/exports`, { format: 'ipynb' })),
  );
  expect(orders.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429, 429, 429]);
  const ids = orders.flatMap(({ body }) => (body.id === undefined ? [] : [body.id as string]));
  const waiting = await call(account, 'GET', `${workId}/exports/${ids[0]}/file`);
  expect(waiting).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  await startWorker();
  for (const id of ids) {
    expect(await ended(account, workId, id)).toMatchObject({
      state: 'done',
      problems: [{ code: 'no_runs' }],
    });
  }
});

test('P20: an order for what nobody makes is refused with what can be had', async () => {
  const { account, workId } = await system.newChat();
  const refused = await call(account, 'POST', `${workId}/exports`, { format: 'odt' });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('ipynb');
  for (const [order, said] of [
    [{ format: 'pdf', style: 'none' }, 'article'],
    [{ format: 'pdf', file: 'data.csv' }, '.md'],
    [{ format: 'ipynb', style: 'article' }, 'style'],
    [{ format: 'ai_report', style: 'article' }, 'style'],
  ] as const) {
    const answer = await call(account, 'POST', `${workId}/exports`, order);
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining(said)]);
  }
});

test('P20, O12: the styles that there are can be asked for', async () => {
  const { account } = await system.newChat();
  const answer = await fetch(`${system.url}/api/export-styles`, {
    headers: { authorization: `Bearer ${account.token}` },
  });
  expect((await fetch(`${system.url}/api/export-styles`)).status).toBe(401);
  expect(await answer.json()).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: 'article', languages: ['en', 'zh'] })]),
    missing: [],
  });
});

test('O1, P20: a paper comes out as a document with a list of what is wrong in it, by a worker that comes after the one that died', async () => {
  const { account, workId } = await system.newChat();
  const paper = '---\nlang: en\n---\n# On sums\n\n## Text\n\nSee @fig:none and $x^2$.\n';
  await fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}` },
    body: paper,
  });
  await startWorker();
  const { body } = await call(account, 'POST', `${workId}/exports`, { format: 'docx', style: 'article' });
  await eventually(
    async () => (await call(account, 'GET', `${workId}/exports/${body.id}`)).body,
    ({ step, state }) => step !== undefined || state === 'done',
    WITHIN_MS,
  );
  await workers[0]?.signal('SIGKILL');
  await startWorker();
  const info = await ended(account, workId, body.id);
  expect(info).toMatchObject({
    state: 'done',
    style: 'article',
    problems: [{ code: 'reference_unresolved', line: 8 }],
  });
  const file = await fetch(`${system.url}/api/works/${workId}/exports/${body.id}/file`, {
    headers: { authorization: `Bearer ${account.token}` },
  });
  expect(file.headers.get('content-disposition')).toContain('.docx');
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.length).toBe(info.size);
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
}, 180_000);

test('O1, P20: an export that its person stops is gone, and so is one of a Work that is somebody else\u2019s to them', async () => {
  const { account, workId } = await system.newChat();
  const { account: other } = await system.newChat();
  const { body } = await call(account, 'POST', `${workId}/exports`, { format: 'html' });
  expect((await call(other, 'DELETE', `${workId}/exports/${body.id}`)).status).toBe(404);
  expect((await call(account, 'DELETE', `${workId}/exports/${body.id}`)).status).toBe(204);
  expect((await call(account, 'GET', `${workId}/exports/${body.id}`)).status).toBe(404);
});
