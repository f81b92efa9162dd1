/** A part of the table of faults that is small enough for every run; test/faults has all of it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultNamed } from '../support/faults/process-faults.ts';
import { runFaultNamed, strikeRun } from '../support/faults/run-faults.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { STOP_PHASES } from '../support/faults/stop-phases.ts';
import { expectStopped } from '../support/faults/stop-turn.ts';
import { strikeTurn } from '../support/faults/strike.ts';
import { testWith } from '../support/needs.ts';
import { processesWith } from '../support/sandbox-processes.ts';
import { until } from '../support/until.ts';

/** The turn that is struck runs code. */
const test = testWith('bubblewrap');

let system: FaultSystem;

beforeAll(async () => {
  system = await startFaultSystem({ script: scriptedTurn });
});

afterAll(() => system.close());

test.each([
  ['D1, P4', 'both killed', 'message stored'],
  ['D4, D6', 'worker killed before', 'first delta'],
  ['D5, R3', 'worker killed after', 'tool running'],
  ['D7', 'worker killed after', 'run output'],
  ['D2, D8', 'worker killed after', 'turn completed'],
  ['D3, D6', 'api killed after', 'answer stored'],
  ['D6, R9', 'worker SIGTERM', 'middle delta'],
  ['D6, R5', 'connection lost', 'tool completed'],
  ['D6, R5', 'answer lost', 'answer stored'],
  ['D5, R4', 'worker taken for dead', 'tool running'],
  ['D2, R4', 'clocks jump', 'middle delta'],
])('%s: %s at the point "%s"', async (_rules, fault, point) => {
  await strikeTurn(system, pointNamed(point), faultNamed(fault));
});

test('D7, P7: a run whose sandbox is killed ends as lost, once, and the model is told', async () => {
  await strikeRun(system, runFaultNamed('runner killed'));
});

test.each(STOP_PHASES.filter(({ name }) => name === 'retry wait after 429' || name === 'code running'))(
  'D9, P11: a stop in the phase "$name" ends the turn as stopped',
  async (phase) => {
    const file = `beat_${randomBytes(6).toString('hex')}.py`;
    system.model.setScript(phase.script(file));
    await expectStopped(system, phase.reached, (watcher) => watcher.stop());
    await until(() => processesWith(file).length === 0, 'no code of the turn runs any more', 5_000);
  },
);
