import { expect, test } from '@jest/globals';
import { createBeforeTurn, type Paper } from '../../../web/src/paper/before-turn.ts';
import { createDraftKeeper } from '../../../web/src/paper/kept-draft.ts';
import {
  decided,
  draftOf,
  found,
  type Manuscript,
  saved,
  textOf,
  typed,
} from '../../../web/src/paper/manuscript.ts';

const at = (etag: string, text: string) => ({ etag, text });
const clean: Manuscript = { kind: 'clean', stored: at('1', 'one') };

function memory() {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
}

test('U10: what is typed is a draft over what was seen, and typing it back to that is no draft', () => {
  const edited = typed(clean, 'one!');
  expect(edited).toEqual({ kind: 'edited', base: clean.stored, draft: 'one!' });
  expect(typed(edited, 'one')).toEqual(clean);
});

test('U10: where nothing is typed a new text of the agent is simply shown', () => {
  expect(found(clean, at('2', 'two'))).toEqual({ kind: 'clean', stored: at('2', 'two') });
});

test('U10: a text of the agent over the same lines is a conflict that holds both, and the newest of theirs', () => {
  const edited = typed(clean, 'mine');
  const first = found(edited, at('2', 'two'));
  expect(first).toMatchObject({ kind: 'conflict', theirs: at('2', 'two'), draft: 'mine' });
  expect(found(first, at('3', 'three'))).toMatchObject({ theirs: at('3', 'three'), draft: 'mine' });
  expect(typed(first, 'mine, on')).toMatchObject({ kind: 'conflict', draft: 'mine, on' });
});

test('U10: the same words are no conflict, whoever wrote them, nor is a file that was written as it was', () => {
  const edited = typed(clean, 'mine');
  expect(found(edited, at('2', 'mine'))).toEqual({ kind: 'clean', stored: at('2', 'mine') });
  expect(found(edited, at('2', 'one'))).toEqual({ kind: 'edited', base: at('2', 'one'), draft: 'mine' });
});

test('U10: mine is kept over exactly the theirs that was seen; theirs is taken as it is', () => {
  const conflict = found(typed(clean, 'mine'), at('2', 'two'));
  expect(decided(conflict, 'mine', 'all')).toEqual({ kind: 'edited', base: at('2', 'two'), draft: 'mine' });
  expect(decided(conflict, 'theirs', 'all')).toEqual({ kind: 'clean', stored: at('2', 'two') });
});

test('U10: what was typed while a save was under way is still a draft afterwards', () => {
  const edited = typed(clean, 'mine');
  expect(saved(edited, at('2', 'mine'))).toEqual({ kind: 'clean', stored: at('2', 'mine') });
  expect(textOf(saved(typed(edited, 'mine, on'), at('2', 'mine')))).toBe('mine, on');
});

test('U10: a draft is kept for the next page with the state it was begun from, and forgotten once it is saved', () => {
  const keeper = createDraftKeeper(memory(), 'work');
  expect(keeper.read()).toBeNull();
  keeper.keep(draftOf(typed(clean, 'mine')));
  expect(keeper.read()).toEqual({ base: 'one', draft: 'mine' });
  keeper.keep(draftOf(clean));
  expect(keeper.read()).toBeNull();
});

test('U10: the first text that was seen of a turn is what stood before it; another turn is not known', async () => {
  const papers = new Map<string, Paper>();
  const store = {
    get: async (workId: string) => papers.get(workId) ?? null,
    put: async (paper: Paper) => void papers.set(paper.workId, paper),
  };
  const before = createBeforeTurn(store, 'work', () => 7);
  expect(await before.of(1)).toBeNull();
  await Promise.all([
    before.remember(2, 'old'),
    before.remember(2, 'already changed'),
    before.remember(1, 'late word'),
  ]);
  expect(await before.of(2)).toBe('old');
  expect(await before.of(1)).toBeNull();
  // The next page of this browser knows it too; one a Work is kept.
  expect(await createBeforeTurn(store, 'work', () => 8).of(2)).toBe('old');
  expect([...papers.values()]).toEqual([{ workId: 'work', turn: 2, text: 'old', at: 7 }]);
});
