/** A run belongs to no worker: whoever comes next finds it, by its key, and it ran once (S1, S5, D7). */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { readTold } from '../../src/recording/told.ts';
import type { RunKey } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import { processesInside, processesWith } from '../support/sandbox-processes.ts';
import {
  docker,
  kindOf,
  openSandbox,
  PREPARING_OWNER,
  type SandboxUnderTest,
  WAYS,
} from '../support/sandbox-under-test.ts';
import { until } from '../support/until.ts';

const CLIENT = fileURLToPath(new URL('../support/sandbox-client.ts', import.meta.url));

/** Says that it began, in a file, then counts aloud; with characters of several bytes, so that a cut shows. */
const counting = (to: number, pause: number) => `import time
open('begun', 'a').write('x')
for number in range(${to}):
    print(number, 'π≈3', flush=True)
    time.sleep(${pause})
`;
const counted = (to: number) => Array.from({ length: to }, (_, number) => `${number} π≈3\n`).join('');

describe.each(WAYS)('%s', (way) => {
  const test = testWith(kindOf(way));
  let box: SandboxUnderTest;
  const clients: ChildProcess[] = [];

  beforeEach(async () => {
    await box?.dispose();
    box = await openSandbox(way);
  });

  afterAll(async () => {
    for (const client of clients) client.kill('SIGKILL');
    await box?.dispose();
  });

  const reattachment = (name: string, body: () => Promise<void>, ms = 30_000) => test(name, body, ms);

  interface Said {
    ready?: boolean;
    stream?: 'stdout' | 'stderr';
    text?: string;
    bytes?: number;
    ending?: { kind: string };
  }

  /** Starts a worker's worth of process. `said` grows as it tells what it is given. */
  function startClient(given: { key?: RunKey; script?: string; prepare?: string; limits?: object }) {
    const { stateDir, instance, workspace } = box;
    const child = spawn(
      process.execPath,
      [CLIENT, JSON.stringify({ way, stateDir, instance, workspace, ...given })],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        // Many are started: most of each start would be stripping and compiling the same sources.
        env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'paperagent-compile-cache') },
      },
    );
    clients.push(child);
    const said: Said[] = [];
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    lines.on('line', (line) => said.push(JSON.parse(line) as Said));
    const read = once(lines, 'close');
    return {
      said,
      async kill() {
        child.kill('SIGKILL');
        await read;
      },
    };
  }

  /** A run that has printed something, and whose worker was killed then. */
  async function orphanedRun(given: Parameters<typeof startClient>[0]) {
    const client = startClient(given);
    await until(() => client.said.some((said) => said.text), 'some output');
    await client.kill();
    return client;
  }

  const writeScript = (code: string) => {
    writeFileSync(join(box.workspace, 'code/script.py'), code);
    return 'code/script.py';
  };
  const begun = () => {
    const path = join(box.workspace, 'begun');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };

  reattachment(
    'S5, D7: killed in the middle of output, another goes on without gap or repeat, and it ran once',
    async () => {
      const key = box.newKey();
      const script = writeScript(counting(60, 0.02));
      const client = startClient({ key, script });
      await until(() => client.said.filter((said) => said.text).length > 10, 'some output');
      await client.kill();
      const first = client.said.filter((said) => said.text);
      const reattached = await box.runScript(script, {
        key,
        mayStart: false,
        progress: { stdout: first.at(-1)?.bytes ?? 0, stderr: 0 },
      });
      expect(reattached.ending).toMatchObject({ kind: 'exited', code: 0 });
      expect(first.map((said) => said.text).join('') + reattached.stdout).toBe(counted(60));
      expect(reattached.bytes.stdout).toBe(Buffer.byteLength(counted(60)));
      expect(begun()).toBe('x');
    },
  );

  reattachment('D7: killed at any moment of the start, the run is started once in all', async () => {
    for (const pause of [0, 20, 60, 150]) {
      const key = box.newKey();
      const script = writeScript(counting(3, 0.01));
      const client = startClient({ key, script });
      await until(() => client.said.length > 0, 'the client is ready');
      // Not waiting for an event: the moment of the kill is what is varied.
      await new Promise((resolve) => setTimeout(resolve, pause));
      await client.kill();
      const reattached = await box.runScript(script, { key });
      expect(reattached.ending).toMatchObject({ kind: 'exited', code: 0 });
      expect(reattached.stdout).toBe(counted(3));
      await box.sandbox.remove(key);
    }
    expect(begun()).toBe('xxxx');
  });

  reattachment('D7: after the run has ended, its ending and all of its output are still there', async () => {
    const key = box.newKey();
    const script = writeScript(`${counting(5, 0)}raise SystemExit(3)`);
    const client = startClient({ key, script });
    await until(() => client.said.some((said) => said.ending), 'the ending');
    const again = await box.runScript(script, { key, mayStart: false });
    expect(again.ending).toMatchObject({ kind: 'exited', code: 3 });
    expect(again.stdout).toBe(counted(5));
    expect(begun()).toBe('x');
  });

  reattachment('S1: two that ask for the same key at once get the same run', async () => {
    const key = box.newKey();
    const script = writeScript(counting(10, 0.01));
    const both = await Promise.all([box.runScript(script, { key }), box.runScript(script, { key })]);
    for (const { ending, stdout } of both) {
      expect(ending).toMatchObject({ kind: 'exited', code: 0 });
      expect(stdout).toBe(counted(10));
    }
    expect(begun()).toBe('x');
  });

  reattachment('S4: the deadline holds while nobody is there', async () => {
    const key = box.newKey();
    const script = writeScript(counting(10_000, 0.05));
    await orphanedRun({ key, script, limits: { deadlineMs: 1_000 } });
    const reattached = await box.runScript(script, { key, mayStart: false, limits: { deadlineMs: 1_000 } });
    expect(reattached.ending).toMatchObject({ kind: 'timed_out', message: 'timed out after 1 s' });
    expect(reattached.ms).toBeLessThan(8_000);
  });

  reattachment('S9: a reattached run can be cancelled', async () => {
    const key = box.newKey();
    const script = writeScript(counting(10_000, 0.05));
    await orphanedRun({ key, script });
    const stop = new AbortController();
    const reattached = await box.runScript(script, {
      key,
      mayStart: false,
      signal: stop.signal,
      onText: () => stop.abort(),
    });
    expect(reattached.ending.kind).toBe('cancelled');
  });

  reattachment('D7: what nothing is left of is lost, and is not run again', async () => {
    const key = box.newKey();
    const script = writeScript(counting(1, 0));
    const { ending } = await box.runScript(script, { key, mayStart: false });
    expect(ending.kind).toBe('lost');
    expect(begun()).toBe('');
  });

  reattachment('D7: a run whose holder is killed ends as lost, at once and for everybody', async () => {
    const key = box.newKey();
    const script = writeScript(counting(10_000, 0.05));
    let killed = false;
    const first = await box.runScript(script, {
      key,
      onText: () => {
        if (killed) return;
        killed = true;
        killHolder();
      },
    });
    expect(first.ending.kind).toBe('lost');
    expect(first.stdout).toMatch(/^0/);
    const again = await box.runScript(script, { key });
    expect(again.ending.kind).toBe('lost');
    expect(begun()).toBe('x');
  });

  function killHolder() {
    if (box.kind === 'docker') {
      const [id] = docker('ps', '-q', '--filter', `label=com.paperagent.instance=${box.instance}`).split(
        '\n',
      );
      docker('kill', id as string);
    } else {
      for (const pid of processesWith(`runner.ts\0${box.stateDir}`)) process.kill(pid, 'SIGKILL');
    }
  }

  /** What is left running of this instance. */
  const running = () =>
    box.kind === 'docker'
      ? docker('ps', '-aq', '--filter', `label=com.paperagent.instance=${box.instance}`)
          .split('\n')
          .filter(Boolean).length
      : processesWith('runner.ts', box.stateDir).length;

  reattachment('D7: a run whose turn is over is ended and removed, whoever had started it', async () => {
    const key = box.newKey();
    const script = writeScript(counting(10_000, 0.05));
    await orphanedRun({ key, script });
    await box.sandbox.endAndRemove(key);
    await until(() => running() === 0, 'nothing runs');
    expect((await box.runScript(script, { key, mayStart: false })).ending.kind).toBe('lost');
    // Nothing is left: nothing happens.
    await box.sandbox.endAndRemove(key);
  });

  reattachment('D7: abandoned at any moment of its start, a run leaves no process', async () => {
    for (let pause = 0; pause < 400; pause += 40) {
      const key = box.newKey();
      const client = startClient({ key, script: writeScript(counting(10_000, 0.05)) });
      await until(() => client.said.length > 0, 'the client is ready');
      // Not waiting for an event: the moment of the end is what is varied.
      await new Promise((resolve) => setTimeout(resolve, pause));
      await client.kill();
      await box.sandbox.endAndRemove(key);
    }
    // What an engine was still making as it was abandoned is the reaper's.
    await box.sandbox.reap({ run: async () => false, agent: async () => false });
    const left = () => running() + processesInside(box.workspace).length;
    await until(() => left() === 0, 'nothing runs');
  });

  reattachment(
    'D7: the reaper ends and removes the runs of turns that are over, and leaves the others',
    async () => {
      const [over, live] = [box.newKey(), box.newKey()];
      const script = writeScript(counting(60, 0.05));
      const client = startClient({ key: over, script });
      const other = box.runScript(script, { key: live });
      await until(() => begun() === 'xx', 'both run');
      await client.kill();
      await box.sandbox.reap({
        run: async (key) => key.toolCallId === live.toolCallId,
        agent: async () => false,
      });
      expect((await other).ending).toMatchObject({ kind: 'exited', code: 0 });
      await box.sandbox.remove(live);
      await until(() => running() === 0, 'nothing runs');
      expect((await box.runScript(script, { key: over, mayStart: false })).ending.kind).toBe('lost');
    },
  );

  reattachment('D7: a clock that jumps by hours ends no run, whoever follows it or reaps', async () => {
    const key = box.newKey();
    const script = writeScript(counting(40, 0.05));
    await orphanedRun({ key, script });
    const now = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 5 * 3_600_000);
    try {
      const reattached = box.runScript(script, { key, mayStart: false });
      await box.sandbox.reap({ run: async () => true, agent: async () => true });
      expect((await reattached).ending).toMatchObject({ kind: 'exited', code: 0 });
    } finally {
      clock.mockRestore();
    }
  });

  reattachment(
    'S12: a prepared sandbox is used for one run, has the libraries, and waits for nobody else',
    async () => {
      await box.sandbox.warm(PREPARING_OWNER, box.workspace);
      await box.sandbox.warm(PREPARING_OWNER, box.workspace);
      await onePrepared();
      await pythonHasBegun();
      expect(running()).toBe(1);
      const code = 'import sys\nprint("matplotlib.pyplot" in sys.modules, __name__, __file__)';
      const taken = await box.run(code, { owner: PREPARING_OWNER });
      expect(taken.stdout).toMatch(/^True __main__ \/workspace\/code\//);
      const fresh = await box.run(code, { owner: PREPARING_OWNER });
      expect(fresh.stdout).toMatch(/^False /);
    },
  );

  /** Before its Python has begun, a prepared sandbox is not there to be taken. */
  const pythonHasBegun = () =>
    until(
      () =>
        box.kind === 'docker'
          ? processesWith('relay.py', 'ahead').length > 0
          : processesInside(box.workspace).some((pid) =>
              processesWith('bootstrap.py', 'ahead').includes(pid),
            ),
      'its Python has begun',
    );
  const onePrepared = async () => {
    await until(() => running() >= 1, 'one is prepared');
  };

  reattachment('S12: a prepared sandbox that is discarded is gone', async () => {
    await box.sandbox.warm(PREPARING_OWNER, box.workspace);
    await onePrepared();
    await box.sandbox.release(PREPARING_OWNER);
    await until(() => running() === 0, 'nothing runs');
    const { ending } = await box.run('print(1)', { owner: PREPARING_OWNER });
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
  });

  reattachment('S12: what a dead worker had prepared is cleared away', async () => {
    const client = startClient({ prepare: PREPARING_OWNER });
    await until(() => client.said.length > 0, 'it has prepared');
    await onePrepared();
    await client.kill();
    await until(async () => {
      await box.sandbox.reap({ run: async () => true, agent: async () => true });
      return running() === 0;
    }, 'nothing runs');
  });

  reattachment(
    'S12: what was prepared for an agent that is done is cleared away, and only that',
    async () => {
      await box.sandbox.warm('working', box.workspace);
      await pythonHasBegun();
      await box.sandbox.warm('done', box.workspace);
      await until(() => running() === 2, 'both wait');
      const wanted = { run: async () => true, agent: async (owner: string) => owner === 'working' };
      await until(async () => {
        await box.sandbox.reap(wanted);
        return running() === 1;
      }, 'one is gone');
      await box.sandbox.reap(wanted);
      const taken = await box.run('import sys; print("numpy" in sys.modules)', { owner: 'working' });
      expect(taken.stdout).toBe('True\n');
    },
  );

  reattachment('S12: the reaper leaves alone what is only just being prepared', async () => {
    let isPrepared = false;
    const prepared = box.sandbox.warm(PREPARING_OWNER, box.workspace).finally(() => {
      isPrepared = true;
    });
    // At each moment of its start: a container that was created and not started yet is no dead one.
    while (!isPrepared) {
      await box.sandbox.reap({ run: async () => true, agent: async () => true });
      await nextTurn();
    }
    await prepared;
    const taken = await box.run('import sys; print("numpy" in sys.modules)', { owner: PREPARING_OWNER });
    // A runner that finds its order as it begins imports nothing ahead.
    const stdout = box.kind === 'docker' ? 'True\n' : expect.any(String);
    expect(taken).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout });
  });

  reattachment('S12: a run in a prepared sandbox is reattached like any other', async () => {
    const key = box.newKey();
    const script = writeScript(counting(60, 0.02));
    const client = await orphanedRun({ key, script, prepare: PREPARING_OWNER });
    const first = client.said.filter((said) => said.text);
    const reattached = await box.runScript(script, {
      key,
      mayStart: false,
      progress: { stdout: first.at(-1)?.bytes ?? 0, stderr: 0 },
    });
    expect(first.map((said) => said.text).join('') + reattached.stdout).toBe(counted(60));
    expect(begun()).toBe('x');
  });

  reattachment(
    'T2: a process that reattaches has all that a run told of itself, from its beginning',
    async () => {
      const key = box.newKey();
      const script = writeScript(
        `from paperagent import record\nrecord('early', 1)\n${counting(40, 0.02)}record('late', 2)`,
      );
      await orphanedRun({ key, script });
      await box.runScript(script, { key, mayStart: false });
      const { told, stdout } = await box.sandbox.traces(key);
      expect(readTold(told, true)).toMatchObject({
        facts: [{ name: 'early' }, { name: 'late', scriptLine: 8 }],
        moreFacts: false,
      });
      expect(stdout.toString()).toBe(counted(40));
    },
  );

  reattachment('S11: a figure with Chinese text and a minus sign is drawn without a warning', async () => {
    const { ending, stderr } = await box.run(`import matplotlib.pyplot as plt
plt.rcParams['font.sans-serif'] = ['SimHei']
plt.plot([-1, 0, 1], label='正弦波')
plt.title('蒙特卡洛方法估计π的值'); plt.legend()
plt.tight_layout()
plt.subplots_adjust(left=0.2)
plt.savefig('figure.png')`);
    expect(stderr).toBe('');
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(readFileSync(join(box.workspace, 'figure.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  reattachment('S2: what the server wrote and what the code wrote can be changed by both', async () => {
    writeFileSync(join(box.workspace, 'data.csv'), 'a,b\n');
    const { ending } = await box.run(
      'open("data.csv", "a").write("1,2\\n"); open("made.csv", "w").write("x")',
    );
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    writeFileSync(join(box.workspace, 'made.csv'), 'y');
    expect(readFileSync(join(box.workspace, 'data.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });
});
