import { afterAll, beforeAll, expect } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { PROCESS_FAULTS } from '../support/faults/process-faults.ts';
import { RECORD_POINTS, recordScript, strikeRecord } from '../support/faults/record-faults.ts';
import { faultList } from '../support/faults/report.ts';
import { testWith } from '../support/needs.ts';

const NAMES = ['worker killed before', 'worker killed after', 'worker asleep past its lease'];
const faults = PROCESS_FAULTS.filter(({ name }) => NAMES.includes(name));
const cases = RECORD_POINTS.flatMap((point) =>
  faults.map((fault) => ({ name: `${point.name}: ${fault.name}`, point, fault })),
);
const list = faultList('recording');
let system: FaultSystem;

beforeAll(async () => {
  system = await startFaultSystem({ script: recordScript });
});

afterAll(async () => {
  await system?.close();
  await list.write(cases.length);
});

testWith('bubblewrap').each(cases)(
  'T2, T3, D7: $name: the run is recorded once, with all that it found, read and wrote',
  async ({ name, point, fault }) => {
    expect(faults).toHaveLength(NAMES.length);
    await list.row(name, async () => {
      return `${((await strikeRecord(system, point, fault)) / 1000).toFixed(1)} s`;
    });
  },
  120_000,
);
