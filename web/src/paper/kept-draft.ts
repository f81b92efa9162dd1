/** The unsaved draft of a paper, kept in the browser: a reload or a closed tab loses no word. */
import type { KeyValueStore } from '../live/outbox.ts';
import type { Manuscript, Stored } from './manuscript.ts';

export interface KeptDraft {
  base: Stored;
  draft: string;
}

export interface DraftKeeper {
  read(): KeptDraft | null;
  /** Keeps the draft, or forgets it once there is none. */
  keep(manuscript: Manuscript): void;
}

export function createDraftKeeper(
  store: Pick<KeyValueStore, 'getItem' | 'setItem' | 'removeItem'>,
  workId: string,
): DraftKeeper {
  const key = `paperagent.paper.${workId}`;
  return {
    read() {
      const text = store.getItem(key);
      return text === null ? null : (JSON.parse(text) as KeptDraft);
    },
    keep(manuscript) {
      if (manuscript.kind === 'clean') return store.removeItem(key);
      const { base, draft } = manuscript;
      store.setItem(key, JSON.stringify({ base, draft }));
    },
  };
}
