import { beforeAll, expect, jest, test } from '@jest/globals';
import { storedOutbox } from '../../../web/src/live/outbox.ts';
import { createSafeStore, createTabStore } from '../../../web/src/shell/browser-store.ts';

/** A browser's store that holds so many characters. */
function storage(room: number): Storage {
  const held = new Map<string, string>();
  return {
    get length() {
      return held.size;
    },
    clear: () => held.clear(),
    key: (index) => [...held.keys()][index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    removeItem: (key) => void held.delete(key),
    setItem(key, value) {
      const others = [...held].reduce((sum, [other, text]) => sum + (other === key ? 0 : text.length), 0);
      if (others + value.length > room) throw new Error('QuotaExceededError');
      held.set(key, value);
    },
  };
}

const message = (id: string) => ({ id, text: 'typed', delivery: 'queue' as const, createdAt: id });

beforeAll(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
});

test('what a full store does not take is kept by the page, the newest of it, and it says so until there is room again', () => {
  const small = storage(6);
  const store = createSafeStore(() => small);
  store.setItem('a', 'short');
  expect(store.fails.value).toBe(false);
  store.setItem('a', 'much longer');
  expect(store.getItem('a')).toBe('much longer');
  expect(store.keys()).toEqual(['a']);
  expect(store.fails.value).toBe(true);
  // The next page must not find an older text in its place.
  expect(small.getItem('a')).toBeNull();
  store.setItem('a', 'fits');
  expect(small.getItem('a')).toBe('fits');
  expect(store.fails.value).toBe(false);
});

test('a store that is forbidden altogether holds an outbox and forgets what was sent', () => {
  const store = createSafeStore(() => {
    throw new Error('SecurityError');
  });
  const outbox = storedOutbox(store, 'work');
  expect(outbox.list()).toEqual([]);
  outbox.put(message('2'));
  outbox.put(message('1'));
  expect(outbox.list()).toEqual([message('1'), message('2')]);
  outbox.remove('1');
  outbox.remove('2');
  expect(outbox.list()).toEqual([]);
  expect(store.fails.value).toBe(false);
});

test('V64: two tabs have each their own draft, and sending one takes nothing of the other', () => {
  const shared = createSafeStore(() => shelf);
  const shelf = storage(100);
  const tab = () => {
    const own = storage(100);
    return createTabStore(
      createSafeStore(() => own),
      shared,
    );
  };
  const [one, two] = [tab(), tab()];
  one.setItem('draft', 'of the first');
  two.setItem('draft', 'of the second');
  expect([one.getItem('draft'), two.getItem('draft')]).toEqual(['of the first', 'of the second']);
  one.removeItem('draft');
  expect(two.getItem('draft')).toBe('of the second');
  // What was typed last waits for a page that is opened anew, until it was sent.
  expect(tab().getItem('draft')).toBe('of the second');
  two.removeItem('draft');
  expect(tab().getItem('draft')).toBeNull();
});

test('V64: a page that takes up what another one left takes it away when it is sent', () => {
  const shelf = storage(100);
  const shared = createSafeStore(() => shelf);
  shared.setItem('draft', 'left');
  const own = storage(100);
  const tab = createTabStore(
    createSafeStore(() => own),
    shared,
  );
  tab.removeItem('draft');
  expect(shared.getItem('draft')).toBeNull();
});
