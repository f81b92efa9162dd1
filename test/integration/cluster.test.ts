/**
 * The topology of docker-compose.yml as plain processes: a Temporal server on Postgres, several workers, several apis
 * behind a proxy; each process may go at any moment (D1-D4, F19).
 */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Script } from '../../src/demo-model/reply.ts';
import { say } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { type ClusterServers, START_MS, startClusterServers } from '../support/cluster/cluster-servers.ts';
import { type Api, type ClusterSystem, startClusterSystem } from '../support/cluster/cluster-system.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultNamed } from '../support/faults/process-faults.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { strikeTurn } from '../support/faults/strike.ts';
import type { Watcher } from '../support/faults/watcher.ts';
import { testWith } from '../support/needs.ts';

let servers: ClusterServers;
let system: ClusterSystem | undefined;

beforeAll(async () => {
  servers = await startClusterServers();
}, START_MS);

afterEach(async () => {
  await system?.close();
  system = undefined;
});
afterAll(() => servers?.close());

const testWithServer = testWith('Temporal server');
const inCluster = (name: string, body: (servers: ClusterServers) => Promise<void>, ms = 120_000) =>
  testWithServer(name, () => body(servers), ms);

/** An answer that takes `seconds`, whoever asks. */
function slowAnswer(seconds: number): Script {
  const words = Array.from({ length: seconds * 20 }, (_, index) => ` w${index}`).join('');
  return () => ({ kind: 'stream', steps: say(words), paceMs: 50 });
}

/** Works of the cluster's account, each with a person watching who has just sent a message. */
async function busyWorks(
  cluster: ClusterSystem,
  count: number,
): Promise<{ workId: string; watcher: Watcher }[]> {
  const works = [];
  for (let number = 0; number < count; number += 1) {
    const workId = await cluster.newWork(cluster.account);
    const watcher = cluster.watch(workId);
    watcher.say('Go on for a while.');
    works.push({ workId, watcher });
  }
  await Promise.all(works.map(({ watcher }) => watcher.event(({ kind }) => kind === 'text.delta', 'text')));
  return works;
}

/** Every turn ends as done, and the oracle finds nothing. */
async function expectAllDone(cluster: ClusterSystem, works: { workId: string; watcher: Watcher }[]) {
  for (const { workId, watcher } of works) {
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end of the turn', 90_000);
    expect(end).toMatchObject({ outcome: 'done' });
    await cluster.expectSound(workId);
  }
}

inCluster('D3, P2: an api dies, and its clients go on at the other without a gap', async (its) => {
  system = await startClusterSystem(its, { apis: 2, workers: 1 }, slowAnswer(4));
  const works = await busyWorks(system, 6);
  const [victim] = system.apis as [Api];
  system.apis.shift();
  await victim.signal('SIGKILL');
  await expectAllDone(system, works);
  // Connection after connection goes to the next api: half of them were at the one that died.
  const moved = works.filter(({ watcher }) => watcher.connections() > 1);
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.length).toBeLessThan(works.length);
});

inCluster('D2, R9: a worker dies, and the others take its Works over', async (its) => {
  system = await startClusterSystem(its, { apis: 1, workers: 3 }, slowAnswer(8));
  const { db, model } = system;
  const works = await busyWorks(system, 9);
  const held = async ({ pid }: AppProcess) => {
    const claims = await db
      .selectFrom('claims')
      .innerJoin('workers', (join) => join.onRef('workers.id', '=', 'claims.worker' as never))
      .where('workers.pid', '=', pid)
      .select('work_id')
      .execute();
    return claims.length;
  };
  const shares = await Promise.all(system.workers.map(held));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(9);
  const busiest = shares.indexOf(Math.max(...shares));
  await system.workers[busiest]?.signal('SIGKILL');
  await expectAllDone(system, works);
  // D6: calls that the dead worker had in flight were made once more, and no others.
  const again = model.count() - works.length;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(shares[busiest] ?? 0);
  const superseded = works.filter(({ watcher }) =>
    watcher.events.some(({ kind }) => kind === 'step.superseded'),
  );
  expect(superseded).toHaveLength(again);
});

inCluster(
  'D1-D4, D10: everything is restarted, one process after the other, while 20 Works stream: nothing is lost',
  async (its) => {
    system = await startClusterSystem(its, { apis: 2, workers: 3 }, slowAnswer(10));
    const { apis, workers } = system;
    const works = await busyWorks(system, 20);
    for (const old of [...workers]) {
      await system.startWorker();
      await old.signal('SIGTERM');
      expect(await old.ended).toMatchObject({ code: 0 });
    }
    for (const old of [...apis]) {
      apis.push(await system.startApi());
      apis.splice(apis.indexOf(old), 1);
      await old.signal('SIGTERM');
      expect(await old.ended).toMatchObject({ code: 0 });
    }
    await expectAllDone(system, works);
    // Every viewer was moved, some more than once, and none missed an event: the watcher would have failed.
    expect(works.every(({ watcher }) => watcher.connections() > 1)).toBe(true);
    // The new ones serve: the next message of each is answered by processes that all are new.
    for (const { watcher } of works.slice(0, 4)) watcher.say('Once more.');
    for (const { watcher, workId } of works.slice(0, 4)) {
      const next = await watcher.event(
        (event) => event.kind === 'turn.completed' && event.turn === 2,
        'turn 2',
      );
      expect(next).toMatchObject({ outcome: 'done' });
      await system.expectSound(workId);
    }
  },
  240_000,
);

inCluster(
  'D1-D8: the fault runner finds nothing on a Temporal server that keeps its histories in Postgres',
  async (its) => {
    const faults: FaultSystem = await startFaultSystem({
      script: scriptedTurn,
      servers: its.addresses,
      namespace: its.namespace,
    });
    try {
      for (const [fault, point] of [
        ['both killed', 'message stored'],
        ['worker killed after', 'tool running'],
        ['worker killed after', 'run output'],
        ['api killed after', 'answer stored'],
        ['worker SIGTERM', 'middle delta'],
        ['connection lost', 'tool completed'],
      ] as const)
        await strikeTurn(faults, pointNamed(point), faultNamed(fault));
    } finally {
      await faults.close();
    }
  },
  240_000,
);
