/** What a run of code found, read and wrote is stored with its outcome, once and whole, and shown to its owner (T2, T3, P16). */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import type { EndedRun } from '../../src/domain/runs.ts';
import type { AppProcess } from '../support/child-process.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

const FINDS = `import json
from paperagent import record
total = sum(float(line) for line in open('data.csv'))
record('total', total, 'kg')
print('mean=2.0')
json.dump({'share': 0.25}, open('out.json', 'w'))`;
const FAILS = `print('n=1')
raise SystemExit(3)`;
/** Records before and after its worker is killed. */
const WAITS = `import time, pathlib
from paperagent import record
record('early', 1)
print('begun', flush=True)
while not pathlib.Path('go').exists(): time.sleep(0.05)
record('late', 2)`;

let system: TestSystem;
let workers: AppProcess[] = [];
let scripts: { code: string; filename: string }[] = [];

beforeAll(async () => {
  system = await startTestSystem({
    script: (request) => {
      const answered = answersSoFar(request);
      if (!isCodeAgent(request)) {
        if (answered > 0) return textReply('All done.');
        return { kind: 'stream', steps: callTool(0, 'm', 'code_agent', { task: 'Compute.' }) };
      }
      const next = scripts[answered];
      if (next === undefined) return textReply('Computed.');
      return {
        kind: 'stream',
        steps: callTool(0, `r${answered}`, 'run_python', { ...next, timeoutSeconds: null }),
      };
    },
  });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
});

afterAll(() => system.close());

async function get(account: TestAccount, address: string) {
  const response = await fetch(`${system.url}/api/works/${address}`, {
    headers: { authorization: `Bearer ${account.token}` },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function json<T>(account: TestAccount, address: string): Promise<T> {
  const { status, text } = await get(account, address);
  expect(status).toBe(200);
  return JSON.parse(text) as T;
}

const workspace = (workId: string, name: string) => path.join(system.dataDir, 'workspaces', workId, name);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

testWith('bubblewrap')(
  'P16: runs are numbered, have facts, reads and writes, and are shown to their owner page by page',
  async () => {
    scripts = [
      { code: FINDS, filename: 'find.py' },
      { code: FAILS, filename: 'fail.py' },
    ];
    workers.push(await system.startWorker());
    const { account, workId, chat } = await system.newChat();
    writeFileSync(workspace(workId, 'data.csv'), '1\n3\n');
    chat.say('compute');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');

    const numbers = chat.events.flatMap((event) =>
      event.kind === 'tool.completed' && event.run !== undefined ? [event.run] : [],
    );
    expect(numbers).toEqual([1, 2]);
    const { items } = await json<{ items: EndedRun[] }>(account, `${workId}/runs`);
    expect(items.map(({ number }) => number)).toEqual([2, 1]);
    const [failed, found] = items as [EndedRun, EndedRun];
    expect(found).toMatchObject({
      script: 'code/find.py',
      scriptSha256: sha256(FINDS),
      turn: 1,
      ending: 'exited',
      exitCode: 0,
      reads: [{ path: 'data.csv', sha256: sha256('1\n3\n'), scriptLine: 3 }],
      unseen: null,
      moreFacts: false,
      facts: [
        { name: 'total', value: '4.0', unit: 'kg', source: 'record', scriptLine: 4 },
        { name: 'mean', value: '2.0', source: 'printed', line: 1 },
        { name: 'share', value: '0.25', source: 'file', path: 'out.json' },
      ],
    });
    expect(found.writes).toContainEqual({
      path: 'out.json',
      change: 'added',
      sha256: sha256('{"share": 0.25}'),
      scriptLine: 6,
    });
    expect(failed).toMatchObject({ exitCode: 3, facts: [{ name: 'n', value: '1' }] });
    expect(failed.environment).toBe(found.environment);
    const { details } = await system.db
      .selectFrom('environments')
      .select('details')
      .where('hash', '=', found.environment ?? '')
      .executeTakeFirstOrThrow();
    expect(details).toMatchObject({
      sandbox: 'bubblewrap',
      python: expect.stringMatching(/^3\.\d+\.\d+/),
      packages: expect.arrayContaining([expect.stringMatching(/^numpy==/)]),
      processor: { flags: expect.any(String) },
    });

    const page = await json<{ items: EndedRun[]; nextCursor: number }>(account, `${workId}/runs?limit=1`);
    expect(page.items.map(({ number }) => number)).toEqual([2]);
    const rest = await json<{ items: EndedRun[]; nextCursor?: number }>(
      account,
      `${workId}/runs?limit=1&cursor=${page.nextCursor}`,
    );
    expect(rest).toEqual({ items: [found] });
    expect(await json(account, `${workId}/runs/1`)).toEqual(found);
    const script = await get(account, `${workId}/runs/1/files/code/find.py`);
    expect(script.text).toBe(FINDS);
    expect(script.headers.get('etag')).toBe(`"${found.scriptSha256}"`);

    writeFileSync(workspace(workId, 'data.csv'), 'other\n');
    expect((await get(account, `${workId}/runs/1/files/data.csv`)).text).toBe('1\n3\n');
    expect((await get(account, `${workId}/runs/1/files/out.json`)).text).toBe('{"share": 0.25}');

    const { account: stranger } = await system.newChat();
    for (const address of ['runs', 'runs/1', 'runs/1/files/code/find.py'])
      expect((await get(stranger, `${workId}/${address}`)).status).toBe(404);
    for (const address of ['runs/0', 'runs/3', 'runs/1/files/none.csv', 'runs/x/files/code/find.py'])
      expect((await get(account, `${workId}/${address}`)).status).toBe(404);
    for (const address of ['runs?limit=0', 'runs?cursor=x', 'runs/1/files/a//b'])
      expect((await get(account, `${workId}/${address}`)).status).toBe(400);

    const copied = await fetch(`${system.url}/api/works/${workId}/duplicate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.token}` },
    });
    const copy = (await copied.json()) as { id: string };
    const runsOfCopy = await json<{ items: EndedRun[] }>(account, `${copy.id}/runs`);
    const alike = ({ toolCallId: _, ...run }: EndedRun) => run;
    expect(runsOfCopy.items.map(alike)).toEqual(items.map(alike));

    await fetch(`${system.url}/api/works/${copy.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${account.token}` },
    });
    expect((await get(account, `${copy.id}/runs`)).status).toBe(404);
  },
  120_000,
);

testWith('bubblewrap')(
  'T2, D7: a run whose worker is killed is reattached to with what it had recorded before, once',
  async () => {
    scripts = [{ code: WAITS, filename: 'wait.py' }];
    const first = await system.startWorker();
    workers.push(first);
    const { account, workId, chat } = await system.newChat();
    chat.say('compute');
    await chat.event((event) => event.kind === 'tool.output' && event.text.includes('begun'), 'it runs');
    await first.signal('SIGKILL');
    workers.push(await system.startWorker());
    writeFileSync(workspace(workId, 'go'), '');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    const { items } = await json<{ items: EndedRun[] }>(account, `${workId}/runs`);
    expect(items).toHaveLength(1);
    expect(items[0]?.facts.map(({ name, value }) => [name, value])).toEqual([
      ['early', '1'],
      ['late', '2'],
    ]);
  },
  120_000,
);
