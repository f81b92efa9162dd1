import { expect, test } from '@jest/globals';
import { createOpenSessions } from '../../../src/api/auth/open-sessions.ts';
import type { Database } from '../../../src/db/database.ts';

/** The sessions that a database knows of, and how often it was asked. */
function setUp(...ids: string[]) {
  const going = new Set(ids);
  const asked: string[][] = [];
  let failure: Error | undefined;
  const sessions = createOpenSessions({} as Database, async (_db, wanted) => {
    asked.push([...wanted]);
    if (failure !== undefined) throw failure;
    return new Set(wanted.filter((id) => going.has(id)));
  });
  return {
    ...{ sessions, asked, news: sessions.news },
    end: (id: string) => void going.delete(id),
    fail(error: Error | undefined) {
      failure = error;
    },
  };
}

test('SR-L8: while ends are heard a session is asked about once, and its end is known as it is told', async () => {
  const { sessions, asked, news, end } = setUp('a');
  await news.heard();
  expect([await sessions.goesOn('a'), await sessions.goesOn('a')]).toEqual([true, true]);
  expect(asked).toEqual([['a']]);
  end('a');
  news.ended('a');
  expect(await sessions.goesOn('a')).toBe(false);
});

test('SR-L8: while ends are not heard nothing is remembered, and what was is forgotten', async () => {
  const { sessions, news, end } = setUp('a');
  await news.heard();
  await sessions.goesOn('a');
  news.lost();
  end('a');
  expect(await sessions.goesOn('a')).toBe(false);
  await news.heard();
  expect(await sessions.goesOn('a')).toBe(false);
});

test('SR-L8: an end that is told while the answer is under way is not forgotten over it', async () => {
  const { sessions, news, end } = setUp('a');
  await news.heard();
  const before = sessions.goesOn('a');
  end('a');
  news.ended('a');
  await before;
  expect(await sessions.goesOn('a')).toBe(false);
});

test('SR-L8: who watches a session is told of its end: at once, after ends were not heard, or where it was over before', async () => {
  const { sessions, news, end } = setUp('a', 'b', 'c', 'kept');
  await news.heard();
  const told: string[] = [];
  for (const id of ['a', 'b', 'kept']) sessions.watch(id, () => told.push(id));
  const leave = sessions.watch('a', () => told.push('somebody who left'));
  leave();
  end('a');
  news.ended('a');
  expect(told).toEqual(['a']);
  news.lost();
  end('b');
  await news.heard();
  expect(told).toEqual(['a', 'b']);
  const over = Promise.withResolvers<void>();
  end('c');
  sessions.watch('c', over.resolve);
  await over.promise;
  expect(told).toEqual(['a', 'b']);
});

test('an answer that did not come is not remembered, and who watches begins anew', async () => {
  const { sessions, news, fail } = setUp('a');
  await news.heard();
  fail(new Error('no database'));
  await expect(sessions.goesOn('a')).rejects.toThrow('no database');
  const told = Promise.withResolvers<void>();
  sessions.watch('a', told.resolve);
  await told.promise;
  fail(undefined);
  expect(await sessions.goesOn('a')).toBe(true);
});
