import { expect, test } from '@jest/globals';
import { PREPARED_BYTES, withPreparedBudget } from '../../../src/sandbox/prepared-budget.ts';
import { DEFAULT_LIMITS, type RunSpec, type Sandbox } from '../../../src/sandbox/types.ts';

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
    traces: async () => ({ told: Buffer.alloc(0), stdout: Buffer.alloc(0) }),
    forget: async () => {},
    abandon: async () => {},
    reap: async () => {},
    async prepare(owner) {
      calls.push(`prepare ${owner}`);
      await wait;
      calls.push(`prepared ${owner}`);
    },
    async discard(owner) {
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
  const limited = withPreparedBudget(sandbox, { most: 2, freeMemory: () => PLENTY });
  for (const owner of ['a', 'a', 'b', 'c']) await limited.prepare(owner, '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b']);
  await limited.run(spec('a'), options);
  await limited.prepare('c', '/w');
  await limited.discard('b');
  await limited.prepare('d', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b', 'prepare c', 'prepare d']);
});

test('S12: none is prepared where it would take the memory of a run, and none at all when it is off', async () => {
  const { sandbox, calls } = recordingSandbox();
  let free = DEFAULT_LIMITS.memoryBytes + PREPARED_BYTES;
  const limited = withPreparedBudget(sandbox, { most: 10, freeMemory: () => free });
  await limited.prepare('a', '/w');
  await limited.prepare('b', '/w');
  free += PREPARED_BYTES;
  await limited.prepare('c', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare c']);
  await withPreparedBudget(sandbox, { most: 0, freeMemory: () => PLENTY }).prepare('d', '/w');
  expect(begun(calls)).toHaveLength(2);
});

test('S12: one that is only just being started is waited for by the run that takes it, and by who discards it', async () => {
  for (const end of ['run', 'discard'] as const) {
    const { sandbox, calls, hold, ready } = recordingSandbox();
    const limited = withPreparedBudget(sandbox, { most: 1, freeMemory: () => PLENTY });
    hold();
    const preparing = limited.prepare('a', '/w');
    const ended = end === 'run' ? limited.run(spec('a'), options) : limited.discard('a');
    ready();
    await Promise.all([preparing, ended]);
    expect(calls).toEqual(['prepare a', 'prepared a', `${end} a`]);
  }
});

test('S12: one that could not be started counts no more, and neither does one whose agent the reaper found done', async () => {
  const { sandbox, calls } = recordingSandbox();
  const failing: Sandbox = { ...sandbox, prepare: () => Promise.reject(new Error('no engine')) };
  const limited = withPreparedBudget(failing, { most: 1, freeMemory: () => PLENTY });
  await expect(limited.prepare('a', '/w')).rejects.toThrow('no engine');
  await expect(limited.prepare('b', '/w')).rejects.toThrow('no engine');
  const other = withPreparedBudget(sandbox, { most: 1, freeMemory: () => PLENTY });
  await other.prepare('a', '/w');
  await other.reap({ run: async () => false, agent: async () => false });
  await other.prepare('b', '/w');
  expect(begun(calls)).toEqual(['prepare a', 'prepare b']);
});
