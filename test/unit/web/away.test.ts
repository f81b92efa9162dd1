import { locks } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { createLeftLast, type LeftLast, type Locks } from '../../../web/src/away/left-last.ts';
import { type Glance, newsOf } from '../../../web/src/away/news.ts';
import { until } from '../../support/until.ts';

const work = (id: string, status: Glance['status'], tokens = 0, minute = 1): Glance => ({
  id,
  title: id,
  status,
  usage: { inputTokens: tokens, outputTokens: 0 },
  updatedAt: new Date(minute * 60_000).toISOString(),
});
const told = (before: Glance[], now: Glance[]) =>
  newsOf(before, now).map(({ work, what }) => [work.id, what]);

test('V30: whoever left is told of turns that ended and of questions, once, and of nothing else', () => {
  const before = [
    work('wrote', 'running'),
    work('asked', 'asking'),
    work('stopped', 'stopping'),
    work('rests', 'idle'),
  ];
  expect(told(before, before)).toEqual([]);
  const now = [
    work('wrote', 'asking'),
    work('asked', 'running'),
    work('stopped', 'idle'),
    work('rests', 'running'),
  ];
  expect(told(before, now)).toEqual([
    ['wrote', 'asks'],
    ['stopped', 'ended'],
  ]);
  expect(told([work('asked', 'asking')], [work('asked', 'idle')])).toEqual([['asked', 'ended']]);
});

test('V30: a turn that began and ended between two looks is known by what it took; a new name is no turn', () => {
  expect(told([work('a', 'idle', 5)], [work('a', 'idle', 9, 2)])).toEqual([['a', 'ended']]);
  expect(told([work('a', 'idle', 5)], [work('a', 'idle', 5, 2)])).toEqual([]);
});

test('V30: a Work that comes into the list is news where it did something since, not where others went', () => {
  const before = [work('a', 'idle', 5, 3)];
  expect(told(before, [work('new', 'idle', 7, 4), ...before])).toEqual([['new', 'ended']]);
  expect(told(before, [work('new', 'idle', 0, 4), ...before])).toEqual([]);
  expect(told(before, [...before, work('older', 'asking', 7, 2)])).toEqual([]);
  expect(told([], [work('first', 'asking', 7, 2)])).toEqual([['first', 'asks']]);
});

/** Tabs of one browser; what began is said by name. */
function tabs(...names: string[]): { began: string[]; tab: Record<string, LeftLast> } {
  const began: string[] = [];
  const tab = Object.fromEntries(
    names.map((name) => [name, createLeftLast(locks as unknown as Locks, () => began.push(name))]),
  );
  return { began, tab };
}

test('V30: of several tabs the one that was left last tells alone, and the next one where it is gone', async () => {
  const { began, tab } = tabs('a', 'b', 'c');
  const [a, b, c] = [tab.a, tab.b, tab.c] as [LeftLast, LeftLast, LeftLast];
  const theOne = () => [a, b, c].map((each) => each.isThis());
  await until(() => a.isThis(), 'the first tab is the one');
  b.left();
  await until(() => b.isThis() && !a.isThis(), 'the second took it');
  b.left();
  a.left();
  await until(() => a.isThis() && !b.isThis(), 'the first took it back');
  expect(theOne()).toEqual([true, false, false]);
  expect(began).toEqual(['a', 'b', 'b', 'a']);
  a.close();
  await until(() => c.isThis(), 'the third has its turn');
  expect(theOne()).toEqual([false, false, true]);
  c.close();
  await until(() => b.isThis(), 'the second has its turn');
  b.close();
});

test('V30: while any tab is in sight none tells', async () => {
  const { tab } = tabs('a', 'b');
  const [a, b] = [tab.a, tab.b] as [LeftLast, LeftLast];
  a.seen();
  b.seen();
  a.left();
  await until(() => a.isThis(), 'the first tab is the one');
  expect(await a.anyInSight()).toBe(true);
  b.left();
  await until(async () => !(await a.anyInSight()), 'nobody sees a tab');
  a.close();
  b.close();
});
