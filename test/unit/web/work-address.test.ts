import { expect, test } from '@jest/globals';
import { nextTick, ref, shallowRef } from 'vue';
import { addressOf, type ShownPlace, useWorkAddress } from '../../../web/src/pages/use-work-address.ts';

/** A browser's addresses, one after the other, and a page that shows what they say. */
function page({ wide = false, at = {} as ShownPlace, tab = 'conversation' } = {}) {
  const past = [at];
  const now = shallowRef(at);
  const shown = {
    tab: ref(tab),
    file: ref<string | null>(null),
    wide: ref(wide),
    moved: shallowRef<unknown>(null),
  };
  useWorkAddress(shown, {
    place: () => now.value,
    go(place, how) {
      if (how === 'replace') past.pop();
      past.push(place);
      now.value = place;
    },
  });
  const back = async () => {
    past.pop();
    now.value = past.at(-1) ?? {};
    await nextTick();
  };
  return { shown, past, back };
}

test('V63: a file that was opened is in the address, and back closes it', async () => {
  const { shown, past, back } = page({ wide: true });
  expect(past).toEqual([{}]);
  shown.file.value = 'code/a.py';
  await nextTick();
  expect(past).toEqual([{}, { file: 'code/a.py' }]);
  await back();
  expect(shown.file.value).toBeNull();
  expect(past).toEqual([{}]);
});

test('V63: on a phone the address says the tab from the first, and back leads from tab to tab', async () => {
  const { shown, past, back } = page({ tab: 'paper' });
  expect(past).toEqual([{ tab: 'paper' }]);
  shown.tab.value = 'files';
  shown.file.value = 'images/a.png';
  await nextTick();
  expect(past).toEqual([{ tab: 'paper' }, { tab: 'files', file: 'images/a.png' }]);
  await back();
  expect([shown.tab.value, shown.file.value]).toEqual(['paper', null]);
});

test('V63: an address that says a tab and a file opens them', () => {
  const { shown, past } = page({ at: { tab: 'files', file: 'data.csv' }, tab: 'conversation' });
  expect([shown.tab.value, shown.file.value]).toEqual(['files', 'data.csv']);
  expect(past).toHaveLength(1);
});

test('V63: a file that was renamed, or a window made wide, leaves no address behind that leads nowhere', async () => {
  const { shown, past } = page({ at: { tab: 'files', file: 'old.csv' } });
  shown.moved.value = { from: 'old.csv', to: 'new.csv' };
  shown.file.value = 'new.csv';
  await nextTick();
  expect(past).toEqual([{ tab: 'files', file: 'new.csv' }]);
  shown.wide.value = true;
  await nextTick();
  expect(past).toEqual([{ file: 'new.csv' }]);
});

test('V63: what another page has in its address is nothing of this project', () => {
  const route = {
    params: { id: 'one' } as Record<string, string>,
    query: { file: 'a.csv', tab: 'nonsense' },
  };
  const gone: unknown[] = [];
  const router = { push: async (to: unknown) => void gone.push(to), replace: async () => undefined };
  const address = addressOf('one', route as never, router as never);
  expect(address.place()).toEqual({ file: 'a.csv' });
  route.params = {};
  route.query = { file: 'b.csv', tab: 'paper' };
  expect(address.place()).toEqual({ file: 'a.csv' });
  address.go({}, 'push');
  expect(gone).toEqual([]);
});
