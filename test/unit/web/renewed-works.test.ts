import { expect, test } from '@jest/globals';
import type { Work } from '../../../web/src/api/works.ts';
import { renewedWorks } from '../../../web/src/pages/renewed-works.ts';

const at = (id: string, minute: number) =>
  ({ id, updatedAt: new Date(minute * 60_000).toISOString() }) as Work;
const ids = (works: Work[]) => works.map(({ id }) => id);

test('V52: what is listed behind the first page stays, what came up is not listed twice, and what is gone from it goes', () => {
  const list = [at('a', 9), at('b', 8), at('c', 7), at('d', 6), at('e', 5)];
  expect(ids(renewedWorks(list, [at('d', 10), at('a', 9), at('c', 7)]))).toEqual(['d', 'a', 'c', 'e']);
});
