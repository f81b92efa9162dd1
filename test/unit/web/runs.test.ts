import { expect, test } from '@jest/globals';
import { RUN, runsOf } from '../../../web/src/markdown/runs.ts';

const blocks = (count: number) => Array.from({ length: count }, (_, index) => `<p>${index}</p>`);

test('a text that grows keeps its runs but the last: nobody looks at the others again', () => {
  const before = runsOf(blocks(3 * RUN + 2), []);
  const after = runsOf([...blocks(3 * RUN + 2), '<p>new</p>'], before);
  expect(after.flat()).toEqual([...blocks(3 * RUN + 2), '<p>new</p>']);
  expect(after.map((run, at) => run === before[at])).toEqual([true, true, true, false]);
});

test('a run is new where one of its blocks changed or went away', () => {
  const before = runsOf(blocks(3 * RUN), []);
  const changed = blocks(3 * RUN).with(RUN, '<p>other</p>');
  expect(runsOf(changed, before).map((run, at) => run === before[at])).toEqual([true, false, true]);
  expect(runsOf(blocks(RUN - 1), before)).toEqual([blocks(RUN - 1)]);
  expect(runsOf([], before)).toEqual([]);
});
