/** Stops a turn in a phase, and looks at what is left. */
import { expect } from '@jest/globals';
import { textReply } from '../../../src/demo-model/reply.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import type { FaultSystem } from './fault-system.ts';
import { withTrouble } from './strike.ts';
import type { Watcher } from './watcher.ts';

/**
 * P11 says 3 s; a machine that is busy with other tests is given more, and so is a stop that a worker has to be
 * started for. The report has the figures.
 */
const STOPPED_MS = 12_000;

/**
 * Starts a turn, waits until the phase is `reached`, stops it by `stop`, and looks: it ended as stopped in time,
 * the Work is sound and its next message is answered.
 * @returns milliseconds from the stop to the turn's end
 */
export async function expectStopped(
  system: FaultSystem,
  reached: (event: LogEvent) => boolean,
  stop: (watcher: Watcher) => Promise<void>,
): Promise<number> {
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  try {
    watcher.say('Go.');
    await watcher.event(reached, 'the phase');
    const began = performance.now();
    await stop(watcher);
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
    const ms = Math.round(performance.now() - began);
    expect(end).toMatchObject({ turn: 1, outcome: 'stopped' });
    system.model.setScript(() => textReply('Yes, go on.'));
    watcher.say('Are you still there?');
    const next = await watcher.event(
      (event) => event.kind === 'turn.completed' && event.turn === 2,
      'the next end',
    );
    expect(next).toMatchObject({ outcome: 'done' });
    await system.expectSound(workId);
    expect(ms).toBeLessThan(STOPPED_MS);
    return ms;
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
  }
}
