import { useEventListener } from '@vueuse/core';
import { computed, onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { ApiError, Unreachable } from '../api/http.ts';
import { useWorkspace } from '../files/use-workspace.ts';
import { browserStore } from '../shell/browser-store.ts';
import { createAutosave, type SaveOutcome } from './autosave.ts';
import { createBeforeTurn } from './before-turn.ts';
import { browserPapers } from './browser-papers.ts';
import { createDraftKeeper } from './kept-draft.ts';
import {
  decided,
  draftOf,
  found,
  type Manuscript,
  NO_FILE,
  over,
  saved,
  storedOf,
  textOf,
  typed,
} from './manuscript.ts';
import type { Choice } from './merge.ts';
import { PAPER } from './paper-file.ts';

/** How often a save is tried that an agent's writing overtakes: each has put both together first. */
const SAVE_TRIES = 4;

/** The latest turn, and whether it has touched the paper. */
export interface TurnOfPaper {
  turn: number | null;
  changed: boolean;
}

/**
 * A Work's paper.md: read whenever it was written, edited by hand, saved by itself over what was seen.
 *
 * @param beingWritten whether the agent is writing into it
 */
export function usePaper(workId: string, latest: () => TurnOfPaper, beingWritten: () => boolean) {
  const workspace = useWorkspace();
  const drafts = createDraftKeeper(browserStore, workId);
  const before = createBeforeTurn(browserPapers, workId, Date.now);
  /** Null until the file has been read once. */
  const manuscript: ShallowRef<Manuscript | null> = shallowRef(null);
  const failure = shallowRef<unknown>(null);
  const saving = shallowRef(false);
  /** The text on show was last changed by what was read, not by the person. */
  const foreign = shallowRef(false);
  let newest = 0;
  const autosave = createAutosave({
    save: () => store(),
    random: Math.random,
    after(ms, fire) {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  });

  function enter(next: Manuscript): void {
    manuscript.value = next;
    drafts.keep(draftOf(next));
    if (next.kind === 'edited') autosave.changed();
    if (next.kind === 'clean') failure.value = null;
  }

  async function load(): Promise<void> {
    newest += 1;
    const mine = newest;
    const asked = latest();
    try {
      const stored = (await workspace.read(PAPER)) ?? NO_FILE;
      if (mine !== newest) return;
      const before = manuscript.value;
      const kept = before === null ? drafts.read() : null;
      foreign.value = true;
      if (before !== null) enter(found(before, stored));
      else enter(kept === null ? { kind: 'clean', stored } : over(kept.base, kept.draft, stored));
      failure.value = null;
      remember(asked);
    } catch (error) {
      if (mine === newest) failure.value = error;
    }
  }

  function remember({ turn, changed }: TurnOfPaper): void {
    const now = latest();
    if (manuscript.value === null || changed || now.changed || turn === null || now.turn !== turn) return;
    void before.remember(turn, storedOf(manuscript.value).text);
  }

  watch(() => workspace.version(PAPER), load, { immediate: true });
  watch(latest, remember);
  // A turn may begin, write and end between two drawings.
  watch(
    workspace.turnBegan,
    (turn) => {
      if (turn === null || manuscript.value === null) return;
      void before.remember(turn, storedOf(manuscript.value).text);
    },
    { flush: 'sync' },
  );

  watch(beingWritten, (now) => autosave.hold(now), { immediate: true });
  useEventListener(window, 'online', () => autosave.retry());
  // A page that is left may never be looked at again.
  useEventListener(document, 'visibilitychange', () => {
    if (document.hidden) void autosave.settle();
  });
  onScopeDispose(() => {
    void autosave.settle();
    autosave.dispose();
  });

  /** Stores the draft. That somebody else has written is found out here at the latest. */
  async function store(tries = SAVE_TRIES): Promise<SaveOutcome> {
    const now = manuscript.value;
    if (now?.kind !== 'edited') return 'saved';
    saving.value = true;
    try {
      const stored = await workspace.write(PAPER, { text: now.draft, etag: now.base.etag });
      failure.value = null;
      if (manuscript.value !== null) enter(saved(manuscript.value, stored));
      return 'saved';
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'changed_meanwhile')) {
        failure.value = error;
        return isPassing(error) ? 'later' : 'refused';
      }
    } finally {
      saving.value = false;
    }
    if (tries <= 1) return 'later';
    await load();
    return await store(tries - 1);
  }

  const onManuscript = (change: (now: Manuscript) => Manuscript) => {
    if (manuscript.value === null) return;
    foreign.value = false;
    enter(change(manuscript.value));
  };

  /** Decides a clash; the last one decided, the result is what the person wants and is stored. */
  async function decide(choice: Choice, clash: number | 'all'): Promise<void> {
    onManuscript((now) => decided(now, choice, clash));
    await autosave.settle();
  }

  return {
    manuscript,
    failure,
    saving,
    text: computed(() => (manuscript.value === null ? null : textOf(manuscript.value))),
    /** Before the latest turn; null where this browser does not know. */
    textBefore: (turn: number) => before.of(turn),
    foreign,
    load,
    /** Saves now what is to be saved, and ends when that is over (autosave.ts). */
    settle: () => autosave.settle(),
    decide,
    type: (draft: string) => onManuscript((now) => typed(now, draft)),
  };
}

/** Nobody answered, or the server had no time: the same may do in a while. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Unreachable ||
    (error instanceof ApiError &&
      (error.status >= 500 || error.status === 429) &&
      error.code !== 'storage_full')
  );
}
