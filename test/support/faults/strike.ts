/** One case of the matrix: a turn, one fault at one point, recovery, the oracle. */
import type { LogEvent } from '../../../src/domain/events.ts';
import { same } from '../oracle/same.ts';
import { ofKind, wholeLog } from '../works.ts';
import type { FaultSystem } from './fault-system.ts';
import { setGate } from './gate.ts';
import type { Point } from './points.ts';
import type { Fault } from './process-faults.ts';
import { CALLS_OF_THE_TURN, scriptedTurn, wrongEffects } from './scripted-turn.ts';

export interface Recovery {
  /** From the fault's end to the turn's. */
  ms: number;
  /** Model calls beyond those of a turn that nothing befalls (D6). */
  extraCalls: number;
}

/** As much of a system as a turn needs that is struck. */
export type Struck = Pick<
  FaultSystem,
  | 'model'
  | 'db'
  | 'databaseUrl'
  | 'dataDir'
  | 'account'
  | 'newWork'
  | 'watch'
  | 'expectSound'
  | 'complaints'
  | 'tidy'
>;

/** @throws with all that is wrong afterwards */
export async function strikeTurn<System extends Struck>(
  system: System,
  point: Point,
  fault: Fault<System>,
): Promise<Recovery> {
  system.model.setScript(scriptedTurn);
  const workId = await system.newWork(system.account);
  const gate = await setGate(system.databaseUrl, workId, point.place);
  const watcher = system.watch(workId);
  const calls = system.model.count();
  try {
    const id = watcher.say('Write it, count it.');
    await gate.reached();
    await fault.strike(system, gate);
    const struck = performance.now();
    await watcher.acked(id);
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end of the turn');
    const ms = Math.round(performance.now() - struck);
    await system.expectSound(workId);
    const extraCalls = system.model.count() - calls - CALLS_OF_THE_TURN;
    const problems = await wrongEffects(system.dataDir, workId, watcher.events);
    const log = await wholeLog(system.db, workId);
    // What came has the frame's type, too.
    const came = watcher.events.map((event) => ({ ...event, type: undefined }));
    if (!same(came, log))
      problems.push(`P2: other events came (${came.length}) than are stored (${log.length})`);
    if (end.kind === 'turn.completed' && end.outcome !== 'done') {
      problems.push(`the turn is ${end.outcome}: ${JSON.stringify(end.error)}`);
    }
    if (extraCalls > fault.extraCalls) {
      problems.push(`D6: ${extraCalls} model calls too many\n${attemptsIn(watcher.events)}`);
    }
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return { ms, extraCalls };
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
    await system.tidy();
    await gate.remove();
  }
}

/** Who began what, and what was given up, a line each. */
function attemptsIn(events: LogEvent[]): string {
  return ofKind(events, 'step.started', 'step.superseded', 'retrying', 'tool.called', 'tool.completed')
    .map((event) => `  ${JSON.stringify(event).slice(0, 200)}`)
    .join('\n');
}

/** The failure with what the processes themselves complained of. */
export function withTrouble(error: unknown, { complaints }: Pick<FaultSystem, 'complaints'>): Error {
  const said = error instanceof Error ? error.message : String(error);
  return new Error([said, ...complaints().slice(-6)].join('\n'), { cause: error });
}
