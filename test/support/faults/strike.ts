/** One case of the matrix: a turn, one fault at one point, recovery, the oracle. */
import type { LogEvent } from '../../../src/domain/events.ts';
import { ofKind } from '../works.ts';
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

/** @throws with all that is wrong afterwards */
export async function strikeTurn(system: FaultSystem, point: Point, fault: Fault): Promise<Recovery> {
  system.model.setScript(scriptedTurn);
  const workId = await system.newWork(system.account);
  const gate = await setGate(system.databaseUrl, workId, point.place);
  const watcher = system.watch(workId);
  const sleeper = system.processes.worker;
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
    // One that slept is a second worker by now; the next case wants to know which one it strikes.
    if (sleeper !== system.processes.worker) await sleeper.signal('SIGKILL');
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
export function withTrouble(error: unknown, { processes }: FaultSystem): Error {
  const complaints = Object.entries(processes).flatMap(([role, { lines }]) =>
    lines.filter((line) => !/"level":(30|20)/.test(line)).map((line) => `${role}: ${line.slice(0, 400)}`),
  );
  const said = error instanceof Error ? error.message : String(error);
  return new Error([said, ...complaints.slice(-6)].join('\n'), { cause: error });
}
