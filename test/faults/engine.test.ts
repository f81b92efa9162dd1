import { afterAll, beforeAll, expect } from '@jest/globals';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { type OwnEngine, startOwnEngine } from '../support/faults/own-engine.ts';
import { faultList } from '../support/faults/report.ts';
import { strikeRun, turnThatRuns } from '../support/faults/run-faults.ts';
import { isCodeAgent, scriptedTurn } from '../support/faults/scripted-turn.ts';
import { withTrouble } from '../support/faults/strike.ts';
import { testWith } from '../support/needs.ts';
import { ofKind } from '../support/works.ts';

const list = faultList('engine');
const CASES = ['SIGTERM', 'SIGKILL'] as const;
/** The image is copied from the machine's engine. */
const SET_UP_MS = 400_000;

let engine: OwnEngine;
let system: FaultSystem;
const test = testWith('own engine');

beforeAll(async () => {
  engine = await startOwnEngine();
  system = await startFaultSystem({
    script: scriptedTurn,
    env: { SANDBOX: 'docker', DOCKER_HOST: engine.host },
  });
}, SET_UP_MS);

afterAll(async () => {
  await system?.close();
  await engine?.close();
  await list.write(CASES.length + 1);
});

test.each(CASES)(
  'D7: an engine that is ended by %s while code runs takes the run with it: it is lost, once, and the next one runs',
  async (how) => {
    await list.row(`${how} and a new start while code runs`, async () => {
      const own = engine;
      const ms = await strikeRun(system, {
        name: how,
        kinds: ['docker'],
        code: ['time.sleep(90)', "print('came to its end')"],
        async strike() {
          await own.end(how);
          await own.start();
        },
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

test('R6, D9: an engine that is away as a run is to begin is waited for, and does not hold up the end of a stopped turn', async () => {
  await list.row('away as a run is to begin', async () => {
    const own = engine;
    const { model, account, processes } = system;
    const script = turnThatRuns(["print('over')"]);
    const gone = own.end('SIGTERM');
    model.setScript(async (request, call) => {
      if (isCodeAgent(request)) await gone;
      return await script(request, call);
    });
    const [stopped, patient] = [await system.newWork(account), await system.newWork(account)];
    const [first, second] = [system.watch(stopped), system.watch(patient)];
    try {
      for (const [watcher, workId] of [
        [first, stopped],
        [second, patient],
      ] as const) {
        watcher.say('Count.');
        const fits = (line: string) => line.includes('"activity":"runPython"') && line.includes(workId);
        await processes.worker.line(fits, 'the run could not begin');
      }
      await first.stop();
      const end = await first.event(({ kind }) => kind === 'turn.completed', 'the end of the stopped turn');
      expect(end).toMatchObject({ outcome: 'stopped' });
      const began = performance.now();
      await own.start();
      const run = await second.event(
        (event) => event.kind === 'tool.completed' && event.ending !== undefined,
        'its end',
      );
      const ms = Math.round(performance.now() - began);
      await second.event(({ kind }) => kind === 'turn.completed', 'the end');
      expect(ofKind(second.events, 'turn.completed')).toMatchObject([{ outcome: 'done' }]);
      expect(run).toMatchObject({ ok: true, ending: 'exited' });
      // The oracle asks the engine too.
      await system.expectSound(stopped);
      await system.expectSound(patient);
      return `one turn stopped meanwhile, the other's run ended ${ms} ms after the engine's start`;
    } catch (error) {
      throw withTrouble(error, system);
    } finally {
      first.close();
      second.close();
    }
  });
}, 150_000);
