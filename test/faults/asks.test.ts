import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { OWN_NAMESPACE, type OwnServers, startOwnServers } from '../support/faults/own-servers.ts';
import { type Fault, faultNamed } from '../support/faults/process-faults.ts';
import { faultMatrix } from '../support/faults/report.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { SERVER_FAULTS } from '../support/faults/server-faults.ts';
import { ASK_MOMENTS, strikeAsk } from '../support/faults/strike-ask.ts';

let servers: OwnServers;
let system: FaultSystem;

/** What a question has to survive; whose session it was makes no difference to a row. */
const FAULTS: { name: string; of: () => Fault }[] = [
  ...[
    'worker killed before',
    'worker killed after',
    'api killed before',
    'api killed after',
    'both killed',
  ].map((name) => ({ name, of: () => faultNamed(name) })),
  ...SERVER_FAULTS.filter(({ name }) => name !== "Postgres' own process crashed").map(({ name, of }) => ({
    name,
    of: (): Fault => ({ name, extraCalls: 1, strike: of(servers) }),
  })),
];

const matrix = faultMatrix('asks', {
  rows: ASK_MOMENTS.map(({ name }) => name),
  columns: FAULTS.map(({ name }) => name),
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

describe.each(FAULTS)('H1, D1-D8, R2: $name', ({ name, of }) => {
  test.each(ASK_MOMENTS)(
    '$name',
    async (moment) => {
      await matrix.cell(moment.name, name, () => strikeAsk(system, moment, of()));
    },
    180_000,
  );
});
