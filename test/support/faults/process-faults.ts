/** What can happen to the app's processes while a statement of theirs waits at a gate. */
import { until } from '../until.ts';
import type { FaultSystem } from './fault-system.ts';
import type { Gate } from './gate.ts';

export interface Fault {
  name: string;
  /** Model calls that it may cost at most (D6). */
  extraCalls: 0 | 1;
  /** Strikes while the statement waits, and lets it go on or not. */
  strike: (system: FaultSystem, gate: Gate) => Promise<void>;
}

/** A graceful end takes this long at most: the drain, the hand-over, and the closing of what is open. */
const DRAINED_MS = 9_000;

async function killWorker({ processes }: FaultSystem): Promise<void> {
  await processes.worker.signal('SIGKILL');
}

async function killApi({ processes }: FaultSystem): Promise<void> {
  await processes.api.signal('SIGKILL');
}

async function endGracefully(process: FaultSystem['processes']['api'], what: string): Promise<void> {
  const began = performance.now();
  await process.signal('SIGTERM');
  const { code, signal } = await process.ended;
  const ms = performance.now() - began;
  if (code !== 0) {
    throw new Error(`the ${what} ended with ${signal ?? code}:\n${process.lines.slice(-5).join('\n')}`);
  }
  if (ms > DRAINED_MS) throw new Error(`the ${what} took ${Math.round(ms)} ms to end`);
}

export const PROCESS_FAULTS: Fault[] = [
  {
    name: 'worker killed before',
    extraCalls: 1,
    async strike(system, gate) {
      await killWorker(system);
      await gate.abort();
      await system.replaceWorker();
    },
  },
  {
    name: 'worker killed after',
    extraCalls: 1,
    async strike(system, gate) {
      await killWorker(system);
      await gate.open();
      await system.replaceWorker();
    },
  },
  {
    name: 'api killed before',
    extraCalls: 0,
    async strike(system, gate) {
      await killApi(system);
      await gate.abort();
      await system.replaceApi();
    },
  },
  {
    name: 'api killed after',
    extraCalls: 0,
    async strike(system, gate) {
      await killApi(system);
      await gate.open();
      await system.replaceApi();
    },
  },
  {
    name: 'both killed',
    extraCalls: 1,
    async strike(system, gate) {
      await Promise.all([killApi(system), killWorker(system)]);
      await gate.open();
      await Promise.all([system.replaceApi(), system.replaceWorker()]);
    },
  },
  {
    name: 'worker SIGTERM',
    extraCalls: 1,
    async strike(system, gate) {
      const ended = endGracefully(system.processes.worker, 'worker');
      await Promise.all([gate.open(), system.replaceWorker(), ended]);
    },
  },
  {
    name: 'api SIGTERM',
    extraCalls: 0,
    async strike(system, gate) {
      const ended = endGracefully(system.processes.api, 'api');
      await gate.open();
      await ended;
      await system.replaceApi();
    },
  },
  {
    name: 'worker asleep past its lease',
    extraCalls: 1,
    async strike(system, gate) {
      const asleep = system.processes.worker;
      await asleep.signal('SIGSTOP');
      await gate.open();
      await system.replaceWorker();
      await until(
        async () => !(await system.db.selectFrom('workers').selectAll().execute()).some(isRowOf(asleep.pid)),
        'the sleeper was taken for dead',
      );
      await asleep.signal('SIGCONT');
    },
  },
  {
    name: 'connection lost',
    extraCalls: 0,
    strike: (_system, gate) => gate.abort(),
  },
];

const isRowOf = (pid: number) => (row: { pid: number }) => row.pid === pid;

/** The fault of that name. @throws where there is none */
export function faultNamed(name: string): Fault {
  const fault = PROCESS_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`there is no fault "${name}"`);
  return fault;
}
