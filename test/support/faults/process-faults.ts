/** What can happen to the app's processes while a statement of theirs waits at a gate. */
import { sql } from 'kysely';
import { until } from '../until.ts';
import type { FaultSystem } from './fault-system.ts';
import type { Gate } from './gate.ts';

export interface Fault<System = FaultSystem> {
  name: string;
  /** Model calls that it may cost at most (D6). */
  extraCalls: 0 | 1 | 2;
  /** Strikes while the statement waits, and lets it go on or not. */
  strike: (system: System, gate: Gate) => Promise<void>;
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
      await untilTakenForDead(system, asleep.pid);
      await asleep.signal('SIGCONT');
    },
  },
  {
    name: 'worker asleep, its statement unfinished',
    extraCalls: 1,
    async strike(system, gate) {
      const asleep = system.processes.worker;
      await asleep.signal('SIGSTOP');
      await system.replaceWorker();
      await untilTakenForDead(system, asleep.pid);
      // Whoever takes over has to wait for the Work's row, which the statement still holds.
      await gate.open();
      await asleep.signal('SIGCONT');
    },
  },
  {
    name: 'worker taken for dead',
    extraCalls: 0,
    async strike(system, gate) {
      await letLeaseLapse(system);
      await gate.open();
    },
  },
  {
    name: 'clocks jump',
    extraCalls: 0,
    async strike({ processes }, gate) {
      await processes.worker.signal('SIGWINCH');
      // Ahead, the api would rightly find that tokens have expired.
      await processes.api.signal('SIGIO');
      await gate.open();
    },
  },
  {
    name: 'connection lost',
    extraCalls: 0,
    strike: (_system, gate) => gate.abort(),
  },
  {
    name: 'answer lost',
    extraCalls: 0,
    async strike({ proxy }, gate) {
      proxy.loseAnswers();
      await gate.pass();
      proxy.breakConnections();
    },
  },
];

async function untilTakenForDead({ db }: FaultSystem, pid: number): Promise<void> {
  await until(
    async () => !(await db.selectFrom('workers').selectAll().execute()).some((row) => row.pid === pid),
    'the sleeper was taken for dead',
  );
}

/**
 * What a jump of the database's clock does: the worker's lease is an hour old although it lives. Another process
 * removes its row and fails its activities, which come back to this same worker while it is still at them.
 */
async function letLeaseLapse({ db, processes }: FaultSystem): Promise<void> {
  const keyOf = async () =>
    (
      await db
        .selectFrom('workers')
        .select('lock_key')
        .where('pid', '=', processes.worker.pid)
        .executeTakeFirst()
    )?.lock_key;
  const before = await keyOf();
  await until(async () => {
    await sql`update workers set renewed_at = renewed_at - interval '1 hour',
      started_at = started_at - interval '1 hour' where lock_key = ${before ?? null}`.execute(db);
    const now = await keyOf();
    return now !== undefined && now !== before;
  }, 'the worker had been taken for dead, and was back');
}

/** The fault of that name. @throws where there is none */
export function faultNamed(name: string): Fault {
  const fault = PROCESS_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`there is no fault "${name}"`);
  return fault;
}
