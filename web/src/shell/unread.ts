/** Projects that were at work when this browser last showed them: what they made since has not been seen (V52). */
import { type RemovableRef, useStorage } from '@vueuse/core';
import { browserStore } from './browser-store.ts';

/** The oldest are forgotten. */
const MOST = 200;

export interface Unread {
  has(workId: string): boolean;
  mark(workId: string): void;
  clear(workId: string): void;
}

export function useUnread(): Unread {
  const ids: RemovableRef<string[]> = useStorage('paperagent.unread', [], browserStore, {
    writeDefaults: false,
  });
  const without = (workId: string) => ids.value.filter((other) => other !== workId);
  return {
    has: (workId) => ids.value.includes(workId),
    mark(workId) {
      if (!ids.value.includes(workId)) ids.value = [...ids.value, workId].slice(-MOST);
    },
    clear(workId) {
      if (ids.value.includes(workId)) ids.value = without(workId);
    },
  };
}
