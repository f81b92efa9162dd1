import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { PROCESS_FAULTS } from '../support/faults/process-faults.ts';
import { faultList } from '../support/faults/report.ts';
import { strikeRestore, VERSION_POINTS, versionsScript } from '../support/faults/version-faults.ts';

const NAMES = ['worker killed before', 'worker killed after', 'worker asleep past its lease', 'both killed'];
const faults = PROCESS_FAULTS.filter(({ name }) => NAMES.includes(name));
const cases = VERSION_POINTS.flatMap((point) => faults.map((fault) => ({ point, fault })));
const list = faultList('versions');
let system: FaultSystem;

beforeAll(async () => {
  system = await startFaultSystem({ script: versionsScript });
});

afterAll(async () => {
  await system?.close();
  await list.write(cases.length);
});

test.each(cases)(
  'T4, T10: $fault.name as $point.name: the files end byte-equal, each version once and whole',
  async ({ point, fault }) => {
    expect(faults).toHaveLength(NAMES.length);
    await list.row(`${point.name}: ${fault.name}`, async () => {
      return `${((await strikeRestore(system, point, fault)) / 1000).toFixed(1)} s`;
    });
  },
  90_000,
);
