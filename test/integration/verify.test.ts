/** A Work's runs made again (T13): as they were recorded, from scratch, whoever dies or changes their mind meanwhile. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { callTool, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { unpack } from '../../src/documents/zip.ts';
import { sandboxUser } from '../../src/sandbox/docker/container-options.ts';
import { findEngineSocket } from '../../src/sandbox/docker/engine-socket.ts';
import { findEngine } from '../../src/sandbox/docker/find-engine.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { type AppProcess, startProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

const WITHIN_MS = 120_000;
/** Two scripts: the second reads what the first wrote. */
const FIRST = `from pathlib import Path
from paperagent import record
Path("data").mkdir(exist_ok=True)
Path("data/table.csv").write_text("x,y\\n1,2.5\\n2,3.75\\n")
record("zeta", 0.84413221)
print("zeta=0.8441")
`;
const SECOND = `import csv, os, time
with open("data/table.csv") as file:
    total = sum(float(row["y"]) for row in csv.DictReader(file))
if os.path.exists("attachments/slow.txt"):
    open("attachments/slow.txt").read()
    time.sleep(4)
open("data/total.txt", "w").write(f"{total}\\n")
open("data/count.txt", "a").write("x")
print(f"total={total:.4f}")
`;
const PAPER = '# Paper\n\nThe zeta is 0.8441 and the total is 6.2500.\n';

let system: TestSystem;
let workers: AppProcess[] = [];

beforeAll(async () => {
  system = await startTestSystem({
    script: (request) => {
      const answered = answersSoFar(request);
      if (isCodeAgent(request)) {
        const code = [FIRST, SECOND][answered];
        if (code === undefined) return textReply('Computed.');
        const filename = ['first.py', 'second.py'][answered] ?? '';
        return {
          kind: 'stream',
          steps: callTool(0, 'r', 'run_python', { code, filename, timeoutSeconds: null }),
        };
      }
      if (answered === 0)
        return { kind: 'stream', steps: callTool(0, 'm', 'code_agent', { task: 'Compute.' }) };
      if (answered > 1) return textReply('All done.');
      return toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content: PAPER, mode: 'write' } }]);
    },
  });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
});

afterAll(() => system.close());

async function startWorker(): Promise<AppProcess> {
  const worker = await system.startWorker();
  workers.push(worker);
  return worker;
}

async function call(account: TestAccount, method: string, address: string, body?: unknown) {
  const response = await system.request(account, method, `/api/works/${address}`, body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** `npm run verify`, as it ends. */
function command(workId: string, mode: string): Promise<{ code: number; stdout: string }> {
  const env = {
    ...process.env,
    ...{ DATABASE_URL: system.databaseUrl, PA_DATA: system.dataDir },
    // An external database asks for them.
    ...{ JWT_SECRET: 'x'.repeat(64), ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') },
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['src/main/verify.ts', workId, '--mode', mode],
      { env, cwd: CHECKOUT },
      (error, stdout) => resolve({ code: Number(error?.code ?? 0), stdout }),
    );
  });
}

/** What the Work's bundle says of itself, unpacked elsewhere and run in a bare virtual environment (T14). */
async function bundled(account: TestAccount, workId: string) {
  const { body } = await call(account, 'POST', `${workId}/exports`, { format: 'bundle' });
  const info = await eventually(
    async () => (await call(account, 'GET', `${workId}/exports/${body.id}`)).body,
    ({ state }) => state === 'done' || state === 'failed',
    WITHIN_MS,
  );
  expect(info).toMatchObject({ state: 'done', problems: [] });
  const file = await system.request(account, 'GET', `/api/works/${workId}/exports/${body.id}/file`);
  const files = unpack(Buffer.from(await file.arrayBuffer()), () => true, 2 ** 26);
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  for (const [name, bytes] of files ?? []) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  expect(String(files?.get('bundle/numbers.csv'))).toContain(
    '0.8441,Paper,traced,zeta,0.84413221,,1,code/first.py,',
  );
  expect(files?.has('bundle/expected/run-001/data/table.csv')).toBe(true);
  execFileSync('python3', ['-m', 'venv', '--without-pip', path.join(folder, 'venv')]);
  const python = path.join(folder, 'venv', 'bin', 'python');
  const done = spawnSync(python, ['reproduce.py'], { cwd: path.join(folder, 'bundle'), encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return done;
}

/** A Work whose turn has run both scripts and written the paper. */
async function workThatRan(slow = false) {
  const made = await system.newChat();
  if (slow) writeFileSync(path.join(workspaceOf(made.workId), 'attachments', 'slow.txt'), 'slow');
  made.chat.say('Compute.');
  await made.chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  return made;
}

const workspaceOf = (workId: string) => path.join(system.dataDir, 'workspaces', workId);

async function order(account: TestAccount, workId: string, mode: string): Promise<string> {
  const ordered = await call(account, 'POST', `${workId}/verify`, { mode });
  expect(ordered.status).toBe(202);
  return ordered.body.id;
}

const look = async (account: TestAccount, workId: string, id: string) =>
  (await call(account, 'GET', `${workId}/verify/${id}`)).body;

const ended = (account: TestAccount, workId: string, id: string) =>
  eventually(
    () => look(account, workId, id),
    ({ state }) => state !== 'running',
    WITHIN_MS,
  );

testWith('bubblewrap')(
  'T13, P19: runs give the same as recorded and from scratch, and what has changed since is told by run and number',
  async () => {
    await startWorker();
    const { account, workId, chat } = await workThatRan();
    const before = readdirSync(path.join(system.dataDir, 'workspaces')).length;
    for (const mode of ['recorded', 'scratch']) {
      const id = await order(account, workId, mode);
      const done = await ended(account, workId, id);
      expect(done).toMatchObject({ id, mode, state: 'done', reproduced: true });
      expect(done.runs).toMatchObject([
        { number: 1, script: 'code/first.py', result: 'same_bytes', files: [{ path: 'data/table.csv' }] },
        {
          number: 2,
          script: 'code/second.py',
          result: 'same_bytes',
          files: [{ path: 'data/count.txt' }, { path: 'data/total.txt' }],
        },
      ]);
      expect(
        done.numbers.map(({ text, result }: { text: string; result: string }) => [text, result]),
      ).toEqual([
        ['0.8441', 'same_bytes'],
        ['6.2500', 'same_bytes'],
      ]);
    }
    const told = await chat.event(
      ({ kind }) => kind === 'verification.completed',
      'the end of a verification',
    );
    expect(told).toMatchObject({ state: 'done', reproduced: true, turn: null });
    expect(ofKind(chat.events, 'verification.started').length).toBeGreaterThanOrEqual(1);

    expect(await bundled(account, workId)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Everything is as it was.'),
    });

    // What the second run read was overwritten since: its history has it as it was.
    writeFileSync(path.join(workspaceOf(workId), 'data', 'table.csv'), 'x,y\n1,2.5\n2,4\n');
    for (const mode of ['recorded', 'scratch'])
      expect(await command(workId, mode)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('2 of 2 runs, 0 of 0 figures, 2 of 2 numbers are the same'),
      });
    // Without its history it cannot be made again as recorded; from scratch the same comes out.
    rmSync(path.join(system.dataDir, 'history', workId), { recursive: true });
    const commanded = await command(workId, 'recorded');
    expect(commanded.code).toBe(1);
    expect(commanded.stdout).toContain(
      'run 2  code/second.py  NOT RUN: data/table.csv as run 2 read it is not kept',
    );
    const recorded = await ended(account, workId, await order(account, workId, 'recorded'));
    expect(recorded).toMatchObject({ state: 'done', reproduced: false });
    expect(recorded.runs[1]).toMatchObject({
      result: 'not_run',
      note: 'data/table.csv as run 2 read it is not kept',
    });
    expect(await ended(account, workId, await order(account, workId, 'scratch'))).toMatchObject({
      reproduced: true,
    });

    const { account: stranger } = await system.newChat();
    expect((await call(stranger, 'POST', `${workId}/verify`, { mode: 'scratch' })).status).toBe(404);
    await eventually(
      () => readdirSync(path.join(system.dataDir, 'workspaces')).length,
      (now) => now === before + 1,
      WITHIN_MS,
    );
  },
);

testWith('docker')(
  'T13: runs of containers are made again by workers who have no engine but its proxy, and as recorded',
  async () => {
    const [engine, found] = [findEngineSocket(process.env), await findEngine()];
    if (!engine.found || !found.found) throw new Error('no engine answers');
    const docker = { SANDBOX: 'docker', DOCKER_HOST: `unix://${engine.path}` };
    const first = await system.startWorker(docker);
    workers.push(first);
    const { account, workId } = await workThatRan();
    await first.signal('SIGKILL');
    const socket = path.join(system.dataDir, 'engine.sock');
    const proxy = startProcess('engine-proxy', {
      ...docker,
      ...{ PA_DATA: system.dataDir, ENGINE_PROXY_SOCKET: socket, SANDBOX_USER: sandboxUser(found.facts) },
    });
    workers.push(proxy, await startBehindProxy());
    for (const mode of ['recorded', 'scratch']) {
      const done = await ended(account, workId, await order(account, workId, mode));
      expect(done).toMatchObject({ state: 'done', reproduced: true });
      expect(done.runs).toMatchObject([{ result: 'same_bytes' }, { result: 'same_bytes' }]);
    }
    expect(proxy.lines.filter((line) => line.includes('refused'))).toEqual([]);

    async function startBehindProxy(): Promise<AppProcess> {
      await proxy.line((line) => line.includes('listening'), 'it listened');
      return await system.startWorker({ SANDBOX: 'docker', DOCKER_HOST: `unix://${socket}` });
    }
  },
);

testWith('bubblewrap')(
  'T13, D7: whose worker is killed in the middle is taken over with the run that goes on, and each run is made once',
  async () => {
    const first = await startWorker();
    const { account, workId } = await workThatRan(true);
    const id = await order(account, workId, 'scratch');
    await eventually(
      () => look(account, workId, id),
      ({ step }) => step === '1 of 2',
      WITHIN_MS,
    );
    await eventually(began, (run) => run !== null, WITHIN_MS);
    const run = await began();
    await first.signal('SIGKILL');
    await startWorker();
    expect(await ended(account, workId, id)).toMatchObject({ state: 'done', reproduced: true });
    const rows = await system.db.selectFrom('verifications').selectAll().where('id', '=', id).execute();
    expect(rows[0]).toMatchObject({ attempt: 2, scratch: null, began: null });
    expect(run?.number).toBe(2);

    async function began() {
      const row = await system.db
        .selectFrom('verifications')
        .select('began')
        .where('id', '=', id)
        .executeTakeFirst();
      return (row?.began ?? null) as { number: number } | null;
    }
  },
);

testWith('bubblewrap')(
  'T13: it is stopped by DELETE, what it had begun is ended and removed, and one of a person is made at a time',
  async () => {
    await startWorker();
    const { account, workId } = await workThatRan(true);
    const id = await order(account, workId, 'recorded');
    expect((await call(account, 'POST', `${workId}/verify`, { mode: 'recorded' })).status).toBe(429);
    await eventually(
      () => look(account, workId, id),
      ({ step }) => step === '1 of 2',
      WITHIN_MS,
    );
    const scratch = await eventually(
      async () =>
        (
          await system.db
            .selectFrom('verifications')
            .select('scratch')
            .where('id', '=', id)
            .executeTakeFirst()
        )?.scratch,
      (there) => typeof there === 'string',
      WITHIN_MS,
    );
    expect((await call(account, 'DELETE', `${workId}/verify/${id}`)).status).toBe(204);
    expect(await look(account, workId, id)).toMatchObject({ state: 'stopped' });
    await eventually(
      () => existsSync(workspaceOf(scratch ?? '')),
      (there) => !there,
      WITHIN_MS,
    );
    expect((await call(account, 'DELETE', `${workId}/verify/${id}`)).status).toBe(204);
    expect((await call(account, 'GET', `${workId}/verify/${id}`)).status).toBe(404);
  },
);
