import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { POINTS } from '../support/faults/points.ts';
import { PROCESS_FAULTS } from '../support/faults/process-faults.ts';
import { faultMatrix } from '../support/faults/report.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { strikeTurn } from '../support/faults/strike.ts';

let system: FaultSystem;
const matrix = faultMatrix('processes', {
  rows: POINTS.map(({ name }) => name),
  columns: PROCESS_FAULTS.map(({ name }) => name),
});

beforeAll(async () => {
  system = await startFaultSystem({ script: scriptedTurn });
});

afterAll(async () => {
  await system.close();
  await matrix.write();
});

describe.each(PROCESS_FAULTS)('D1-D8, P4: $name', (fault) => {
  test.each(POINTS)(
    'at the point "$name"',
    async (point) => {
      await matrix.cell(point.name, fault.name, () => strikeTurn(system, point, fault));
    },
    120_000,
  );
});
