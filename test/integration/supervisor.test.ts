/** The supervisor as a person meets it: real processes, a data folder and ports of their own. */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandLineOf, startTimeOf } from '../../src/os/process-lock.mjs';
import { dataFolder } from '../../src/setup/data-folder.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { type Instance, runningInstance } from '../../src/supervisor/instance.ts';
import { ROLES } from '../../src/supervisor/roles.ts';
import { type AppProcess, startProcess } from '../support/child-process.ts';
import { until } from '../support/until.ts';

const START_MS = 300_000;

/** What the spare worker is called. */
const SPARE = 'worker-spare';

let dataDir: string;
let port: number;
const supervisors: AppProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'paperagent-supervisor-'));
  // As root Postgres runs as another user, who has to get in.
  await chmod(dataDir, 0o755);
  port = await findFreePort();
});

afterAll(async () => {
  for (const supervisor of supervisors) await supervisor.signal('SIGTERM');
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}, START_MS);

function start(env: Record<string, string> = {}): AppProcess {
  const supervisor = startProcess('start', {
    PORT: String(port),
    PA_DATA: dataDir,
    // Set, so that a developer's .env does not count.
    OPENAI_BASE_URL: '',
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
    SANDBOX: 'bubblewrap',
    SANDBOX_LIBRARIES: 'few',
    ...env,
  });
  supervisors.push(supervisor);
  return supervisor;
}

async function startAndWait(): Promise<AppProcess> {
  const supervisor = start();
  await supervisor.line((line) => line.startsWith('ready ('), 'it was ready');
  return supervisor;
}

const running = () => runningInstance(dataFolder(dataDir));

/** The system that runs, all of it serving; started when it does not run. */
async function system(): Promise<Instance> {
  if (!running()) await startAndWait();
  await until(isReady, 'all of it was ready', 120_000);
  // The api may answer that all is well while a worker that was killed is not back yet.
  const isWhole = () => ROLES.every((role) => running()?.pids[role] !== undefined);
  await until(isWhole, 'every process ran', 60_000);
  const instance = running();
  if (!instance) throw new Error('it ended');
  return instance;
}

/** Kills a process outright. @throws where there is none: process.kill(0) would kill whatever runs the tests */
function killOutright(pid: number | undefined): void {
  if (!pid) throw new Error('there is no such process');
  process.kill(pid, 'SIGKILL');
}

async function isReady(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  return answer?.status === 200;
}

/** What a start that is refused says, and its exit code. */
async function refusal(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const supervisor = start(env);
  const { code } = await supervisor.ended;
  return { code, said: supervisor.lines.filter((line) => line.startsWith('paperagent: ')).join('\n') };
}

describe('npm start', () => {
  test(
    'starts everything, and each process`s command line names its role',
    async () => {
      const { pids } = await system();
      const { [SPARE]: _, ...serving } = pids;
      expect(Object.keys(serving).sort()).toEqual([...ROLES, 'supervisor'].sort());
      for (const role of ['api', 'worker', 'demo-model'] as const) {
        expect(commandLineOf(pids[role] ?? 0)).toMatch(new RegExp(`src/main/${role}\\.ts$`));
      }
    },
    START_MS,
  );

  test.each(['api', 'worker', 'demo-model', 'postgres', 'temporal'] as const)(
    'starts %s again after kill -9, on the same ports',
    async (role) => {
      const { pids, ...addresses } = await system();
      killOutright(pids[role]);
      await until(
        () => ![undefined, pids[role]].includes(running()?.pids[role]),
        `${role} was started again`,
      );
      await until(isReady, 'all of it was ready again', 120_000);
      expect(running()).toMatchObject(addresses);
    },
    START_MS,
  );

  test(
    'R4: a spare worker takes over from one that is killed, and is known as one by its command line',
    async () => {
      const { pids } = await system();
      await until(() => running()?.pids[SPARE] !== undefined, 'a spare waited');
      const spare = running()?.pids[SPARE] ?? 0;
      expect(commandLineOf(spare)).toMatch(/src\/main\/worker\.ts --spare$/);
      killOutright(pids.worker);
      await until(() => running()?.pids.worker === spare, 'it took over');
      await until(isReady, 'all of it was ready again', 120_000);
      await until(() => /src\/main\/worker\.ts$/.test(commandLineOf(spare)), 'it was called a worker');
    },
    START_MS,
  );

  test(
    'a spare whose supervisor was killed ends by itself',
    async () => {
      await system();
      await until(() => running()?.pids[SPARE] !== undefined, 'a spare waited');
      const { pids } = await system();
      const noted = startTimeOf(pids[SPARE] ?? 0);
      killOutright(pids.supervisor);
      await until(() => startTimeOf(pids[SPARE] ?? 0) !== noted, 'it ended');
      // The next start ends what the killed one has left.
      await system();
    },
    START_MS,
  );

  test(
    'goes on when whoever read its lines is gone (npm start | head)',
    async () => {
      const { pids } = await system();
      supervisors.find(({ pid }) => pid === pids.supervisor)?.stopReading();
      // Twice: it says something about each, and to nobody.
      for (const _ of [1, 2]) {
        const { worker } = (await system()).pids;
        killOutright(worker);
        await until(
          () => ![undefined, worker].includes(running()?.pids.worker),
          'the worker was started again',
        );
      }
      expect((await system()).pids.supervisor).toBe(pids.supervisor);
    },
    START_MS,
  );

  test(
    'a second start on the same data folder is refused by one sentence',
    async () => {
      await system();
      const { code, said } = await refusal({});
      expect(code).toBe(1);
      expect(said).toMatch(/^paperagent: PaperAgent runs already on [^\n]+ \(process \d+\)[^\n]*$/);
      expect(await isReady()).toBe(true);
    },
    START_MS,
  );

  test('a busy PORT is refused by one sentence', async () => {
    await system();
    const other = await mkdtemp(join(tmpdir(), 'paperagent-supervisor-'));
    try {
      const { code, said } = await refusal({ PA_DATA: other });
      expect(code).toBe(1);
      expect(said).toMatch(/^paperagent: PORT \d+ is in use[^\n]*$/);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  test('a wrong variable is refused by one sentence that names it', async () => {
    const { code, said } = await refusal({ TURN_MAX_STEPS: 'many' });
    expect({ code, said }).toEqual({ code: 1, said: 'paperagent: TURN_MAX_STEPS must be a whole number' });
  });

  test(
    'after kill -9 of the supervisor the rest goes on, and the next start clears it up and takes its place',
    async () => {
      const before = await system();
      killOutright(before.pids.supervisor);
      await until(() => startTimeOf(before.pids.supervisor ?? 0) === undefined, 'the supervisor was gone');
      expect(await isReady()).toBe(true);
      const supervisor = await startAndWait();
      expect(supervisor.lines.join('\n')).toContain('ended what an earlier start had left running');
      const { pids, ...addresses } = before;
      expect(running()).toMatchObject(addresses);
      for (const role of ROLES) expect(startTimeOf(pids[role] ?? 0)).toBeUndefined();
    },
    START_MS,
  );

  test(
    'SIGTERM stops all of it in order, and leaves nothing running',
    async () => {
      const { pids } = await system();
      const supervisor = supervisors.find(({ pid }) => pid === pids.supervisor);
      await supervisor?.signal('SIGTERM');
      expect(await supervisor?.ended).toEqual({ code: 0, signal: null });
      for (const pid of Object.values(pids)) expect(startTimeOf(pid)).toBeUndefined();
      expect(running()).toBeUndefined();
    },
    START_MS,
  );

  test.each(['postgres', 'worker'] as const)(
    'a start that is interrupted when %s has come up leaves nothing running',
    async (role) => {
      const interrupted = start();
      await interrupted.line((line) => line.startsWith(`${role}: up in`), `${role} was up`);
      await interrupted.signal('SIGTERM');
      await interrupted.ended;
      expect(await processesOf(dataDir)).toEqual([]);
    },
    START_MS,
  );
});

/** The command lines of the processes that have this folder in their arguments or their environment. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''); // gone, or not ours
    const [args, env] = await Promise.all([read('cmdline'), read('environ')]);
    if (args.includes(folder) || env.includes(`PA_DATA=${folder}`)) found.push(args.replaceAll('\0', ' '));
  }
  return found;
}
