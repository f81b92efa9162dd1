import { expect, test } from '@jest/globals';
import { DEFAULT_LIMITS, type RunSpec, type Sandbox } from '../../../src/sandbox/types.ts';
import { WARM_BYTES, withWarmPool } from '../../../src/sandbox/warm-pool.ts';

const PLENTY = 64 * 1024 ** 3;

/** A sandbox that notes what it is asked for; what it prepares is there when `ready` is called. */
function recordingSandbox() {
  const calls: string[] = [];
  let ready = () => {};
  let wait = Promise.resolve();
  const sandbox: Sandbox = {
    kind: 'docker',
    async run({ owner }) {
      calls.push(`run ${owner}`);
      return { kind: 'exited', code: 0, message: 'finished', durationMs: 1 };
    },
    environment: async () => ({ sandbox: 'docker', made: [], packages: [], fonts: '' }),
    traces: async () => ({ told: Buffer.alloc(0), stdout: Buffer.alloc(0) }),
    remove: async () => {},
    endAndRemove: async () => {},
    reap: async () => {},
    async warm(owner) {
      calls.push(`prepare ${owner}`);
      await wait;
      calls.push(`prepared ${owner}`);
    },
    async release(owner) {
      calls.push(`discard ${owner}`);
    },
    packages: () => [],
  };
  return {
    sandbox,
    calls,
    hold() {
      const gate = Promise.withResolvers<void>();
      wait = gate.promise;
      ready = gate.resolve;
    },
    ready: () => ready(),
  };
}

const spec = (owner: string): RunSpec => ({
  key: { workId: 'work', turn: 1, toolCallId: 'call' },
  owner,
  workspace: '/w',
  script: 'code/a.py',
  limits: DEFAULT_LIMITS,
});
const options = {
  progress: { stdout: 0, stderr: 0 },
  mayStart: true,
  signal: new AbortController().signal,
  onOutput: async () => {},
};
const begun = (calls: string[]) => calls.filter((call) => call.startsWith('prepare '));

test('S12: as many are prepared as code can run at once, one for each agent', async () => {
  const { sandbox, calls } = recordingSandbox();
  const limited = withWarmPool(sandbox, { most: 2, freeMemory: () => PLENTY });
  for (const owner of ['a', 'a', 'b', 'c']) await limited.warm(owner, '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b']);
  await limited.run(spec('a'), options);
  await limited.warm('c', '/w');
  await limited.release('b');
  await limited.warm('d', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b', 'prepare c', 'prepare d']);
});

test('S12: none is prepared where it would take the memory of a run, and none at all when it is off', async () => {
  const { sandbox, calls } = recordingSandbox();
  let free = DEFAULT_LIMITS.memoryBytes + WARM_BYTES;
  const limited = withWarmPool(sandbox, { most: 10, freeMemory: () => free });
  await limited.warm('a', '/w');
  await limited.warm('b', '/w');
  free += WARM_BYTES;
  await limited.warm('c', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare c']);
  await withWarmPool(sandbox, { most: 0, freeMemory: () => PLENTY }).warm('d', '/w');
  expect(begun(calls)).toHaveLength(2);
});

test('S12: one that is only just being started is waited for by the run that takes it, and by who discards it', async () => {
  for (const end of ['run', 'discard'] as const) {
    const { sandbox, calls, hold, ready } = recordingSandbox();
    const limited = withWarmPool(sandbox, { most: 1, freeMemory: () => PLENTY });
    hold();
    const preparing = limited.warm('a', '/w');
    const ended = end === 'run' ? limited.run(spec('a'), options) : limited.release('a');
    ready();
    await Promise.all([preparing, ended]);
    expect(calls).toEqual(['prepare a', 'prepared a', `${end} a`]);
  }
});

test('S12: one that could not be started counts no more, and neither does one whose agent the reaper found done', async () => {
  const { sandbox, calls } = recordingSandbox();
  const failing: Sandbox = { ...sandbox, warm: () => Promise.reject(new Error('no engine')) };
  const limited = withWarmPool(failing, { most: 1, freeMemory: () => PLENTY });
  await expect(limited.warm('a', '/w')).rejects.toThrow('no engine');
  await expect(limited.warm('b', '/w')).rejects.toThrow('no engine');
  const other = withWarmPool(sandbox, { most: 1, freeMemory: () => PLENTY });
  await other.warm('a', '/w');
  await other.reap({ run: async () => false, agent: async () => false });
  await other.warm('b', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b']);
});
