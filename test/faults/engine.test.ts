import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { type OwnEngine, startOwnEngine } from '../support/faults/own-engine.ts';
import { faultList } from '../support/faults/report.ts';
import { strikeRun } from '../support/faults/run-faults.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { isRequired } from '../support/sandbox-under-test.ts';

const list = faultList('engine');
const CASES = ['SIGTERM', 'SIGKILL'] as const;
/** The image is copied from the machine's engine. */
const SET_UP_MS = 400_000;

let engine: OwnEngine | string;
let system: FaultSystem | undefined;

beforeAll(async () => {
  engine = await startOwnEngine();
  if (typeof engine === 'string') {
    if (isRequired('docker')) throw new Error(engine);
    return;
  }
  system = await startFaultSystem({
    script: scriptedTurn,
    env: { SANDBOX: 'docker', DOCKER_HOST: engine.host },
  });
}, SET_UP_MS);

afterAll(async () => {
  await system?.close();
  if (typeof engine !== 'string') await engine?.close();
  await list.write(CASES.length);
}, 60_000);

test.each(CASES)(
  'D7: an engine that is ended by %s while code runs takes the run with it: it is lost, once, and the next one runs',
  async (how) => {
    await list.row(`${how} and a new start while code runs`, async () => {
      const own = engine;
      if (typeof own === 'string' || system === undefined) return `skipped: ${own}`;
      const ms = await strikeRun(system, {
        name: how,
        kinds: ['docker'],
        code: ['time.sleep(90)', "print('came to its end')"],
        strike: () => own.restart(how),
        ending: 'lost',
        told: /ended: lost: /,
      });
      const after = await strikeRun(system, {
        name: 'afterwards',
        kinds: ['docker'],
        code: ["print('over')"],
        ending: 'exited',
        told: /over/,
      });
      expect(after).toBeGreaterThanOrEqual(0);
      return `lost, known ${ms} ms after the strike began; the next run ended as it should`;
    });
  },
  150_000,
);
