/** What the turn that runs, or ran last, has done to the files and to the paper. */
import { type ComputedRef, computed } from 'vue';
import type { Conversation } from '../../../src/domain/reducer.ts';
import { changesOfTurn, latestTurn, sameChanges, type TurnChanges } from '../files/turn-changes.ts';
import { type PaperCall, paperCalls, sameCalls } from '../paper/paper-calls.ts';
import { PAPER } from '../paper/paper-file.ts';
import type { TurnOfPaper } from '../paper/use-paper.ts';

/** Each is the same object while it says the same: a token is no reason to draw the files and the paper anew. */
export function useLatestTurn(conversation: ComputedRef<Conversation | null>) {
  const running = computed(() => conversation.value?.runningTurn ?? null);
  const latest = computed(() => running.value ?? latestTurn(conversation.value?.messages ?? []));
  const changes = computed((before?: TurnChanges) => {
    const now = changesOfTurn(conversation.value?.messages ?? [], latest.value);
    return before && sameChanges(before, now) ? before : now;
  });
  const turnOfPaper = computed((before?: TurnOfPaper): TurnOfPaper => {
    const now = { turn: latest.value, changed: changes.value.has(PAPER) };
    return before?.turn === now.turn && before.changed === now.changed ? before : now;
  });
  const calls = computed((before?: PaperCall[]) => {
    const now = paperCalls(conversation.value);
    return before && sameCalls(before, now) ? before : now;
  });
  return { running, changes, turnOfPaper, calls };
}
