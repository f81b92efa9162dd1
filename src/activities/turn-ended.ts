/** What is told of a turn that has ended, by whoever stored its end. */
import type { TurnOutcome } from '../domain/events.ts';
import type { ActivityDependencies } from './dependencies.ts';

export function tellTurnEnded(
  { metrics, trace, history }: Pick<ActivityDependencies, 'metrics' | 'trace' | 'history'>,
  of: { workId: string; turn: number },
  outcome: TurnOutcome,
): void {
  metrics.turnEnded(outcome);
  trace.turnEnded(of, outcome);
  history.turnEnded(of.workId);
}
