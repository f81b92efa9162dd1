import { computed, type ShallowRef, shallowRef, watch } from 'vue';
import { ApiError } from '../api/http.ts';
import { useWorkspace } from '../files/use-workspace.ts';
import { createBeforeTurn } from './before-turn.ts';
import { createDraftKeeper } from './kept-draft.ts';
import {
  found,
  keepMine,
  type Manuscript,
  NO_FILE,
  saved,
  storedOf,
  takeTheirs,
  textOf,
  typed,
} from './manuscript.ts';

export const PAPER = 'paper.md';

/** The latest turn, and whether it has touched the paper. */
export interface TurnOfPaper {
  turn: number | null;
  changed: boolean;
}

/** A Work's paper.md: read whenever it was written, edited by hand, saved over what was seen. */
export function usePaper(workId: string, latest: () => TurnOfPaper) {
  const workspace = useWorkspace();
  const drafts = createDraftKeeper(localStorage, workId);
  const before = createBeforeTurn(localStorage, workId);
  /** Null until the file has been read once. */
  const manuscript: ShallowRef<Manuscript | null> = shallowRef(null);
  const failure = shallowRef<unknown>(null);
  const saving = shallowRef(false);
  let newest = 0;

  function enter(next: Manuscript): void {
    manuscript.value = next;
    drafts.keep(next);
  }

  async function load(): Promise<void> {
    newest += 1;
    const mine = newest;
    const asked = latest();
    try {
      const stored = (await workspace.read(PAPER)) ?? NO_FILE;
      if (mine !== newest) return;
      const kept = manuscript.value === null ? drafts.read() : null;
      const current: Manuscript =
        manuscript.value ??
        (kept === null ? { kind: 'clean', stored } : { kind: 'edited', base: kept.base, draft: kept.draft });
      enter(found(current, stored));
      failure.value = null;
      remember(asked);
    } catch (error) {
      if (mine === newest) failure.value = error;
    }
  }

  function remember({ turn, changed }: TurnOfPaper): void {
    const now = latest();
    if (manuscript.value === null || changed || now.changed || turn === null || now.turn !== turn) return;
    before.remember(turn, storedOf(manuscript.value).text);
  }

  watch(() => workspace.version(PAPER), load, { immediate: true });
  watch(latest, remember);

  /** Stores the draft. A conflict is found out here at the latest. */
  async function save(): Promise<void> {
    const now = manuscript.value;
    if (now?.kind !== 'edited' || saving.value) return;
    saving.value = true;
    failure.value = null;
    try {
      const stored = await workspace.write(PAPER, { text: now.draft, etag: now.base.etag });
      if (manuscript.value !== null) enter(saved(manuscript.value, stored));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed_meanwhile') await load();
      else failure.value = error;
    } finally {
      saving.value = false;
    }
  }

  const onManuscript = (change: (now: Manuscript) => Manuscript) => {
    if (manuscript.value !== null) enter(change(manuscript.value));
  };

  return {
    manuscript,
    failure,
    saving,
    text: computed(() => (manuscript.value === null ? null : textOf(manuscript.value))),
    /** Before the latest turn; null where this browser does not know. */
    textBefore: (turn: number) => before.of(turn),
    load,
    save,
    type: (draft: string) => onManuscript((now) => typed(now, draft)),
    keepMine: () => onManuscript((now) => (now.kind === 'conflict' ? keepMine(now) : now)),
    takeTheirs: () => onManuscript(takeTheirs),
  };
}
