import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { setGate } from '../support/faults/gate.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultList } from '../support/faults/report.ts';
import { scriptedTurn } from '../support/faults/scripted-turn.ts';
import { STOP_PHASES } from '../support/faults/stop-phases.ts';
import { expectStopped } from '../support/faults/stop-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { processesWith } from '../support/sandbox-processes.ts';
import { until } from '../support/until.ts';

let system: FaultSystem;
const list = faultList('stop');
const CASES = STOP_PHASES.length * 2 + 3;

beforeAll(async () => {
  system = await startFaultSystem({ script: scriptedTurn });
});

afterAll(async () => {
  await system.close();
  await list.write(CASES);
});

test.each(STOP_PHASES)('D9, P11: a stop in the phase "$name" ends the turn as stopped', async (phase) => {
  await list.row(phase.name, async () => {
    const file = `beat_${randomBytes(6).toString('hex')}.py`;
    system.model.setScript(phase.script(file));
    const ms = await expectStopped(system, phase.reached, async (watcher) => watcher.stop());
    await until(() => processesWith(file).length === 0, 'no code of the turn runs any more', 5_000);
    return `${ms} ms`;
  });
});

test.each(STOP_PHASES)(
  'D2, D9: the worker dies in the phase "$name", and the stop that comes then counts',
  async (phase) => {
    await list.row(`${phase.name}, the worker killed just before the stop`, async () => {
      const file = `beat_${randomBytes(6).toString('hex')}.py`;
      system.model.setScript(phase.script(file));
      const ms = await expectStopped(system, phase.reached, async (watcher) => {
        await system.processes.worker.signal('SIGKILL');
        await watcher.stop();
        await system.replaceWorker();
      });
      await until(() => processesWith(file).length === 0, 'no code of the turn runs any more', 10_000);
      return `${ms} ms, the worker's start included`;
    });
  },
  90_000,
);

test('D9: a stop that names a turn which has ended hits no other', async () => {
  await list.row('late, with the number of the turn before', async () => {
    const next = Promise.withResolvers<void>();
    let calls = 0;
    system.model.setScript(() => {
      calls += 1;
      if (calls === 1) return textReply('The first.');
      return heldReply('The second ', next.promise, 'is whole.');
    });
    const workId = await system.newWork(system.account);
    const watcher = system.watch(workId);
    watcher.say('one');
    await watcher.event(({ kind }) => kind === 'turn.completed', 'the first end');
    watcher.say('two');
    await watcher.event((event) => event.kind === 'text.delta' && event.turn === 2, 'the second answer');
    await watcher.stop(1);
    // Whatever a wrongly taken stop would do, the next answer of the socket comes after it.
    await watcher.acked(watcher.say('three'));
    next.resolve();
    const end = await watcher.event(
      (event) => event.kind === 'turn.completed' && event.turn === 2,
      'the end',
    );
    expect(end).toMatchObject({ outcome: 'done' });
    await watcher.event((event) => event.kind === 'turn.completed' && event.turn === 3, 'the third end');
    watcher.close();
    await system.expectSound(workId);
    return 'the turn that runs is done';
  });
});

test('D9: a stop that arrives as the turn ends changes nothing, and the Work stays usable', async () => {
  await list.row('while the final answer is being stored', async () => {
    system.model.setScript(() => textReply('A short answer.'));
    const workId = await system.newWork(system.account);
    const gate = await setGate(system.databaseUrl, workId, pointNamed('turn completed').place);
    const watcher = system.watch(workId);
    watcher.say('one');
    await gate.reached();
    await watcher.stop();
    await gate.open();
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(end).toMatchObject({ outcome: 'done' });
    watcher.say('two');
    const second = await watcher.event(
      (event) => event.kind === 'turn.completed' && event.turn === 2,
      'the second end',
    );
    expect(second).toMatchObject({ outcome: 'done' });
    watcher.close();
    await system.expectSound(workId);
    await gate.remove();
    return 'done, and so is the next turn';
  });
});

test('D9, R8: at whatever moment of a short turn the stop comes, it ends once, and the next message is answered', async () => {
  await list.row('at 30 moments of short turns', async () => {
    system.model.setScript(() => textReply('One two three four five six.', { paceMs: 10 }));
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const workId = await system.newWork(system.account);
        const watcher = system.watch(workId);
        watcher.say('one');
        await watcher.event(({ seq }) => seq >= 1 + (index % 6), 'a moment');
        await watcher.stop();
        watcher.say('two');
        const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
        const second = await watcher.event(
          (event) => event.kind === 'turn.completed' && event.turn === 2,
          'the second end',
        );
        watcher.close();
        await system.expectSound(workId);
        expect(second).toMatchObject({ outcome: 'done' });
        return end.kind === 'turn.completed' ? end.outcome : '';
      }),
    );
    return `${outcomes.filter((outcome) => outcome === 'stopped').length} stopped, ${outcomes.filter((outcome) => outcome === 'done').length} done`;
  });
});
