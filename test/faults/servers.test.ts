import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { OWN_NAMESPACE, type OwnServers, startOwnServers } from '../support/faults/own-servers.ts';
import { POINTS } from '../support/faults/points.ts';
import { faultMatrix } from '../support/faults/report.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { SERVER_FAULTS } from '../support/faults/server-faults.ts';
import { strikeTurn } from '../support/faults/strike.ts';

let servers: OwnServers;
let system: FaultSystem;
const matrix = faultMatrix('servers', {
  rows: POINTS.map(({ name }) => name),
  columns: SERVER_FAULTS.map(({ name }) => name),
});

beforeAll(async () => {
  servers = await startOwnServers();
  system = await startFaultSystem({
    script: scriptedTurn,
    servers: servers.addresses,
    namespace: OWN_NAMESPACE,
  });
  await servers.checkpoint();
});

afterAll(async () => {
  await system.close();
  await servers.close();
  await matrix.write();
});

describe.each(SERVER_FAULTS)('D1-D8, R2: $name', ({ name, of }) => {
  test.each(POINTS)(
    'at the point "$name"',
    async (point) => {
      const fault = { name, extraCalls: 1, strike: of(servers) } as const;
      await matrix.cell(point.name, name, () => strikeTurn(system, point, fault));
    },
    120_000,
  );
});

test("R2: Temporal's database is deleted while a Work is idle, and the Work goes on", async () => {
  system.model.setScript(() => textReply('Here I am.'));
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  watcher.say('first');
  await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
  await servers.killTemporal();
  await servers.deleteTemporalFiles();
  await servers.startTemporal();
  watcher.say('second');
  const end = await watcher.event(
    (event) => event.kind === 'turn.completed' && event.turn === 2,
    'the second end',
  );
  expect(end).toMatchObject({ outcome: 'done' });
  watcher.close();
  await system.expectSound(workId);
});
