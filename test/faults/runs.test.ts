import { afterAll, beforeAll, describe } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { faultList } from '../support/faults/report.ts';
import { RUN_FAULTS, strikeRun } from '../support/faults/run-faults.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';

const list = faultList('runs');
const KINDS = ['bubblewrap', 'docker'] as const;
let left: number = KINDS.length;

describe.each(KINDS)('D7, P7: a run in %s', (kind) => {
  const test = testWith(kind);
  const faults = RUN_FAULTS.filter(({ kinds }) => kinds.includes(kind));
  let system: FaultSystem;

  beforeAll(async () => {
    system = await startFaultSystem({ script: scriptedTurn, env: { SANDBOX: kind } });
  });

  afterAll(async () => {
    await system?.close();
    left -= 1;
    if (left === 0) await list.write(RUN_FAULTS.flatMap(({ kinds }) => kinds).length);
  });

  test.each(faults)(
    '$name: it ends as $ending, once, and the model is told',
    async (fault) => {
      await list.row(`${kind}: ${fault.name}`, async () => {
        return `${fault.ending} after ${await strikeRun(system, fault)} ms`;
      });
    },
    90_000,
  );
});
