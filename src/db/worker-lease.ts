/** A worker's sign of life: its lock, its lease, and the session in which it hears of stops (R4, R8). */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './database.ts';
import { openSession } from './listener.ts';
import { holdWorkerLock, registerWorker, removeWorker, renewLease } from './workers.ts';

const RENEW_MS = 1_000;
const SESSION_NAME = 'paperagent-worker-lease';

export interface WorkerLease {
  workerId: string;
  /** Ends the lease in order: nothing of this worker is taken for dead. */
  release(): Promise<void>;
}

/**
 * Registers this process as a worker and keeps its lease until it is released. `onStop` is called for each stop
 * that is asked for anywhere; `onReconnect` after the session was broken, when stops may have been missed.
 */
export async function holdLease(
  db: Database,
  url: string,
  listeners: {
    onStop: (workId: string, turn: number) => void;
    /** A message was queued for a Work in which no turn runs. */
    onQueued: (workId: string) => void;
    /** A claim that a worker waits for has settled, or its holder is gone. */
    onSettled: (workId: string, key: string) => void;
    onReconnect: () => void;
    onTrouble: (error: Error) => void;
  },
  workerId: string = randomUUID(),
): Promise<WorkerLease> {
  const worker = { id: workerId, host: hostname(), pid: process.pid };
  let lockKey = await registerWorker(db, worker);
  let connections = 0;
  const session = await openSession({
    url,
    name: SESSION_NAME,
    channels: ['pa_stop', 'pa_queued', 'pa_settled'],
    async onConnect(connection) {
      await holdWorkerLock(connection, lockKey);
      connections += 1;
      if (connections > 1) listeners.onReconnect();
    },
    onNotification(channel, payload) {
      if (channel === 'pa_queued') {
        listeners.onQueued(payload);
      } else if (channel === 'pa_settled') {
        const colon = payload.indexOf(':');
        listeners.onSettled(payload.slice(0, colon), payload.slice(colon + 1));
      } else {
        const [workId = '', turn = ''] = payload.split(':');
        listeners.onStop(workId, Number(turn));
      }
    },
    onBroken: listeners.onTrouble,
  });
  // Holds the lock while the first one is being made again, and renews the lease: it has nothing else to do.
  const second = await openSession({
    url,
    name: SESSION_NAME,
    channels: [],
    onConnect: (connection) => holdWorkerLock(connection, lockKey),
    onNotification: () => {},
    onBroken: listeners.onTrouble,
  });

  let renewing = false;
  const renewal = setInterval(() => {
    if (renewing) return;
    renewing = true;
    void renew()
      .catch(listeners.onTrouble)
      .finally(() => {
        renewing = false;
      });
  }, RENEW_MS);

  async function renew(): Promise<void> {
    if (await renewLease(second, worker.id)) return;
    // Declared dead while it slept (or the row was lost): what it held may be taken over, and it begins anew.
    lockKey = await registerWorker(db, worker);
    await Promise.all([session.reconnect(), second.reconnect()]);
  }

  return {
    workerId,
    async release() {
      clearInterval(renewal);
      // Where the row cannot be removed its locks go all the same, with the sessions: others then take it for dead.
      await removeWorker(db, worker.id).catch(listeners.onTrouble);
      await Promise.all([session.close(), second.close()]);
    },
  };
}
