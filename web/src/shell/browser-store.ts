/**
 * What the browser keeps for this page, through whatever its store does: forbidden, full or cleared, nothing that is
 * put here is lost while the page is open. What the browser does not take stays in this page's memory, and
 * `storeFails` says so, that the person may know.
 */
import { type RemovableRef, useEventListener, useStorage } from '@vueuse/core';
import { type Ref, shallowRef } from 'vue';

/** What this needs of `localStorage`. */
export interface KeyValueStore {
  keys(): string[];
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface SafeStore extends KeyValueStore {
  /** Something is in this page's memory alone. */
  fails: Readonly<Ref<boolean>>;
}

/** `open`: gives the browser's store; may throw, as it does where a person forbids it. */
export function createSafeStore(open: () => Storage): SafeStore {
  /** By key; null: to be gone, and the store would not say so. */
  const memory = new Map<string, string | null>();
  const fails = shallowRef(false);

  function attempt<T>(work: (store: Storage) => T): { value: T } | null {
    try {
      return { value: work(open()) };
    } catch (error) {
      console.warn('the browser’s store does not serve', error);
      return null;
    }
  }

  function settle(key: string, value: string | null, done: boolean): void {
    if (done) memory.delete(key);
    else memory.set(key, value);
    fails.value = [...memory.values()].some((kept) => kept !== null);
  }

  return {
    fails,
    keys() {
      const stored = attempt((store) =>
        Array.from({ length: store.length }, (_, index) => store.key(index) ?? ''),
      );
      const all = new Set([...(stored?.value ?? []), ...memory.keys()]);
      return [...all].filter((key) => memory.get(key) !== null);
    },
    getItem(key) {
      const kept = memory.get(key);
      return kept === undefined ? (attempt((store) => store.getItem(key))?.value ?? null) : kept;
    },
    setItem(key, value) {
      const done = attempt((store) => store.setItem(key, value)) !== null;
      // An older value would come back with the next page in place of this one.
      if (!done) attempt((store) => store.removeItem(key));
      settle(key, value, done);
    },
    removeItem(key) {
      settle(key, null, attempt((store) => store.removeItem(key)) !== null);
    },
  };
}

export const browserStore = createSafeStore(() => localStorage);

const AWAY = 'paperagent.away';

/** Whether the browser tells what happens while no tab is in sight (V30): off until a person says so, and one for all tabs. */
export function useAwaySwitch(): RemovableRef<boolean> {
  const isOn = useStorage(AWAY, false, browserStore, { writeDefaults: false });
  useEventListener('storage', ({ key }) => {
    if (key === AWAY) isOn.value = browserStore.getItem(AWAY) === 'true';
  });
  return isOn;
}

/**
 * What is being typed, by tab: two tabs of one project have each their own (V64). `shared` has what was typed last in
 * any of them, for a page that is opened anew; clearing one's own takes nobody else's away.
 */
export function createTabStore(own: KeyValueStore, shared: KeyValueStore): KeyValueStore {
  return {
    keys: () => [...new Set([...own.keys(), ...shared.keys()])],
    getItem: (key) => own.getItem(key) ?? shared.getItem(key),
    setItem(key, value) {
      own.setItem(key, value);
      shared.setItem(key, value);
    },
    removeItem(key) {
      const mine = own.getItem(key) ?? shared.getItem(key);
      own.removeItem(key);
      if (shared.getItem(key) === mine) shared.removeItem(key);
    },
  };
}

export const tabStore = createTabStore(
  createSafeStore(() => sessionStorage),
  browserStore,
);

/** Takes off what pages of before kept without an end: papers from before a turn (now paper/papers.ts). */
export function dropFormerPapers(store: KeyValueStore): void {
  for (const key of store.keys()) if (key.startsWith('paperagent.before.')) store.removeItem(key);
}
