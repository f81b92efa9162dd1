/** The unsaved draft of a paper, kept in the browser: a reload or a closed tab loses no word. */
import type { KeyValueStore } from '../shell/browser-store.ts';

export interface KeptDraft {
  /** The text that it was begun from. */
  base: string;
  draft: string;
}

export interface DraftKeeper {
  read(): KeptDraft | null;
  /** Keeps the draft, or forgets it once there is none: null. */
  keep(draft: KeptDraft | null): void;
}

export function createDraftKeeper(
  store: Pick<KeyValueStore, 'getItem' | 'setItem' | 'removeItem'>,
  workId: string,
): DraftKeeper {
  const key = `paperagent.paper.${workId}`;
  return {
    read() {
      const text = store.getItem(key);
      if (text === null) return null;
      // Pages of before kept the file's state where its text now stands.
      const kept = JSON.parse(text) as { base: string | { text: string }; draft: string };
      return { base: typeof kept.base === 'string' ? kept.base : kept.base.text, draft: kept.draft };
    },
    keep(draft) {
      if (draft === null) store.removeItem(key);
      else store.setItem(key, JSON.stringify(draft));
    },
  };
}
