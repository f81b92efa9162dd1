/** Files that are made of a Work (P20): ordered as a row, made by a workflow, whoever dies meanwhile. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import { unpack } from '../../src/documents/zip.ts';
import type { Notebook } from '../../src/exports/notebook.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { crossrefWork, KNUTH, type PlayedSources, playSources } from '../support/literature.ts';
import { testWith } from '../support/needs.ts';
import { readPdf } from '../support/papers.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

const WITHIN_MS = 60_000;
const RUN = `import pathlib, struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
pathlib.Path('images').mkdir(exist_ok=True)
pathlib.Path('images/dot.png').write_bytes(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0))
    + chunk(b'IDAT', zlib.compress(b'\\0\\x99')) + chunk(b'IEND', b''))
print('pi is about', 3.14)
print('points=4096')`;

let system: TestSystem;
let workers: AppProcess[] = [];
let played: PlayedSources;

beforeAll(async () => {
  played = await playSources();
  system = await startTestSystem({
    env: {
      LITERATURE: 'on',
      LITERATURE_CONTACT: 'library@example.org',
      LITERATURE_HOSTS: played.setting,
    },
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

afterAll(async () => {
  await system.close();
  await played.close();
});

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
      { output_type: 'stream', name: 'stdout', text: 'pi is about 3.14\npoints=4096\n' },
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
    await put(
      'paper.md',
      `---\n${facts}\n---\n# On pi\n\n## Summary\n\nIt is 3.14.\n\n## Text\n\nPi, of 4,096 points.\n`,
    );
    await put('code/by-ada.py', '# Ada Example, /home/ada\n');
    const fetchMade = async (format: string, further: { sources?: true } = {}) => {
      const { body } = await call(account, 'POST', `${workId}/exports`, {
        ...{ format, ...further },
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
    const withSources = (await fetchMade('html', { sources: true })).bytes.toString();
    expect(withSources).toMatch(
      /Sources of numbers.*4,096.*traced.*run 1, code\/dot\.py, line 8, output line 2: points = 4096/s,
    );
    expect((await fetchMade('html')).bytes.toString()).not.toContain('Sources of numbers');
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
    [{ format: 'pack', sources: true }, 'sources'],
    [{ format: 'ai_report', style: 'none' }, 'article'],
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

test('O1: the same paper in the same style is given again as it was made, until its picture, its text or its references change', async () => {
  await startWorker();
  const { account, workId } = await system.newChat();
  const put = async (file: string, body: string) =>
    expect(
      (
        await fetch(`${system.url}/api/works/${workId}/files/${file}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${account.token}` },
          body,
        })
      ).ok,
    ).toBe(true);
  const drawing = (side: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="9"><rect width="${side}" height="9"/></svg>`;
  const paper = '# On sums\n\n![A](images/a.svg)\n\nAs @a [@b].\n';
  await put('paper.md', paper);
  await put('images/a.svg', drawing(9));
  const owner = await system.db
    .selectFrom('works')
    .select('owner_id')
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  const fileOf = (id: string) => path.join(system.dataDir, 'exports', owner.owner_id, id);
  const made = async (style: string) => {
    const { body } = await call(account, 'POST', `${workId}/exports`, { format: 'html', style });
    const info = await ended(account, workId, body.id);
    expect(info).toMatchObject({ state: 'done' });
    return { info, text: readFileSync(fileOf(body.id), 'utf8'), file: fileOf(body.id) };
  };
  const first = await made('article');
  expect(first.info.problems).toMatchObject([{ code: 'citation_unresolved' }]);
  // Nothing that makes documents writes this.
  writeFileSync(first.file, 'as it was made');
  const again = await made('article');
  expect(again.text).toBe('as it was made');
  expect(again.info.problems).toEqual(first.info.problems);
  expect((await made('report')).text).toContain('<html');
  await put('images/a.svg', drawing(18));
  expect((await made('article')).text).toContain('<html');
  await put('images/a.svg', drawing(9));
  await put('references.bib', '@misc{b, title={B}, author={C}, year=2000}');
  expect((await made('article')).info.problems).toEqual([]);
  await put('paper.md', `${paper}\nMore.\n`);
  expect((await made('article')).text).toContain('More.');
}, 180_000);

test('O12: in the terminal a document is ordered, waited for and put where it was asked for, with what is wrong in it; it overwrites nothing', async () => {
  await startWorker();
  const { account, workId } = await system.newChat();
  await fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}` },
    body: '# On sums\n\nSee @fig:none.\n',
  });
  const to = path.join(system.dataDir, 'sums.html');
  const secret = 'a'.repeat(64);
  const env = {
    ...process.env,
    ...{ DATABASE_URL: system.databaseUrl, PA_DATA: system.dataDir },
    // What the settings ask for and this does not use.
    ...{ JWT_SECRET: secret, ENCRYPTION_KEY: secret, TEMPORAL_ADDRESS: testServers().temporalAddress },
  };
  const run = async (...args: string[]) =>
    await promisify(execFile)(process.execPath, [path.join(CHECKOUT, 'src/main/export.ts'), ...args], {
      env,
    });
  const order = [workId, '--format', 'html', '--style', 'report', '--out', to];
  const { stdout, stderr } = await run(...order);
  expect(stdout.trim()).toBe(to);
  expect(stderr).toContain('line 3: @fig:none leads nowhere');
  expect(readFileSync(to, 'utf8')).toContain('<html');
  for (const [args, said] of [
    [order, 'is there already'],
    [[workId, '--format', 'ipynb', '--style', 'report'], 'leave --style out'],
  ] as const)
    await expect(run(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
}, 180_000);

test('O1, P20: an export that its person stops is gone, and so is one of a Work that is somebody else\u2019s to them', async () => {
  const { account, workId } = await system.newChat();
  const { account: other } = await system.newChat();
  const { body } = await call(account, 'POST', `${workId}/exports`, { format: 'html' });
  expect((await call(other, 'DELETE', `${workId}/exports/${body.id}`)).status).toBe(404);
  expect((await call(account, 'DELETE', `${workId}/exports/${body.id}`)).status).toBe(204);
  expect((await call(account, 'GET', `${workId}/exports/${body.id}`)).status).toBe(404);
});

test('O6, R1: references that are looked up when the worker dies are looked up by the next one, and what was found out is asked once', async () => {
  const slow = { ...KNUTH, DOI: '10.1000/slow', title: ['Slow Programming'] };
  played.play('doi', KNUTH.DOI, { json: KNUTH });
  played.play('crossref', `v1/works/${KNUTH.DOI}`, crossrefWork(KNUTH));
  // The first time nobody answers.
  played.play('doi', slow.DOI, () => {}, { json: slow });
  played.play('crossref', `v1/works/${slow.DOI}`, crossrefWork(slow));
  await startWorker();
  const { account, workId } = await system.newChat();
  const entry = (key: string, { DOI, title }: { DOI: string; title: string[] }) =>
    `@article{${key}, title={${title[0]}}, author={D. E. Knuth}, journal={The Computer Journal}, year=1984, doi={${DOI}}}\n`;
  await fetch(`${system.url}/api/works/${workId}/files/references.bib`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}` },
    body: entry('knuth', KNUTH) + entry('slow', slow),
  });
  const verdicts = async () => {
    const { body } = await call(account, 'GET', `${workId}/references`);
    const items: { verdict: { verdict: string } }[] = body.items;
    return { running: body.running, verdicts: items.map(({ verdict }) => verdict.verdict) };
  };
  expect((await call(account, 'POST', `${workId}/references/lookups`)).status).toBe(202);
  await eventually(
    verdicts,
    ({ verdicts: [first] }) => first === 'verified' && played.asked.includes(`doi ${slow.DOI}`),
    WITHIN_MS,
  );
  await workers[0]?.signal('SIGKILL');
  await startWorker();
  expect(await eventually(verdicts, ({ running }) => !running, 2 * WITHIN_MS)).toEqual({
    running: false,
    verdicts: ['verified', 'verified'],
  });
  expect(played.asked.filter((one) => one === `doi ${KNUTH.DOI}`)).toHaveLength(1);
}, 240_000);
