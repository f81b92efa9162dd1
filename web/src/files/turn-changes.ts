/** What one turn did to the workspace, as the sum of its tools' changes. */
import type { FileChange, Message } from '../../../src/domain/messages.ts';

type Change = FileChange['change'];

/** By path. */
export type TurnChanges = ReadonlyMap<string, Change>;

/** By path. A file made and removed again within the turn is no change. */
export function changesOfTurn(messages: readonly Message[], turn: number | null): Map<string, Change> {
  const changes = new Map<string, Change>();
  if (turn === null) return changes;
  for (const message of messages) {
    if (message.turn !== turn) continue;
    for (const part of message.parts) {
      // The code agent's own runs tell it already, one by one; its call repeats the sum.
      if (part.type !== 'tool' || part.name === 'code_agent') continue;
      for (const file of part.files ?? []) add(changes, file.path, file.change);
    }
  }
  return changes;
}

function add(changes: Map<string, Change>, path: string, next: Change): void {
  const before = changes.get(path);
  if (before === 'added' && next === 'removed') changes.delete(path);
  else if (before === 'added') return;
  else if (before === 'removed' && next === 'added') changes.set(path, 'changed');
  else changes.set(path, next);
}

export function sameChanges(a: TurnChanges, b: TurnChanges): boolean {
  return a.size === b.size && [...a].every(([path, change]) => b.get(path) === change);
}

/** The last turn that began. */
export function latestTurn(messages: readonly Message[]): number | null {
  return messages.reduce<number | null>(
    (latest, { turn }) => (turn !== null && turn > (latest ?? 0) ? turn : latest),
    null,
  );
}
