import { expect, test } from '@jest/globals';
import { aRun, only, trace } from './runs.ts';

/** Facts of every size, which are in play beside the one that is meant. */
function crowd(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `other_${index}`,
      (10 ** ((index * Math.SQRT2) % 6) * 0.0113).toPrecision(6),
    ]),
  );
}

test.each<[written: string, fact: string]>([
  ['3.1416', '3.14159265'],
  ['0.314', '0.3141'],
  ['45.23 %', '0.452318'],
  ['45.23%', '45.2318'],
  ['238.45万', '2384517'],
  ['0.8721亿', '87214500'],
  ['2.346 million', '2345678'],
  ['4.1207 × 10^4', '41207.3'],
  ['$4.1207\\times10^{4}$', '41207.3'],
  ['1.5655×10⁻⁵', '1.5655e-05'],
  ['183,643', '183642.7'],
  ['−0.4713', '-0.471321'],
  ['1,482', '1482'],
])('T6: %s states the fact %s', (written, fact) => {
  const number = only(trace(`It is ${written} here.`, [aRun({ number: 3 }, { zeta: fact })]));
  expect(number).toMatchObject({ state: 'traced', run: 3, fact: { name: 'zeta', value: fact }, line: 1 });
  expect(number).not.toHaveProperty('reason');
});

test.each<[written: string, fact: string, why: string]>([
  ['3.14160', '3.1416', 'the fact is less precise than the number'],
  ['3.1417', '3.14159265', 'it is more than half a unit off'],
  ['45.2 %', '0.45', 'the fact is less precise than the number'],
  ['0.47132', '-0.471', 'the fact is less precise than the number'],
  ['−0.4713', '0.471321', 'the sign is another'],
  ['3.1516', 'nan', 'it is no number'],
])('T6: %s does not state the fact %s: %s', (written, fact) => {
  expect(only(trace(`It is ${written} here.`, [aRun({}, { zeta: fact })])).state).toBe('untraced');
});

test('T6: a number that was cut instead of rounded is accepted, and said', () => {
  expect(only(trace('It is 2.7189 here.', [aRun({}, { zeta: '2.71896' })]))).toMatchObject({
    state: 'traced',
    reason: 'cut',
  });
});

test('T6: a number without the sign of its fact states it', () => {
  expect(only(trace('It fell by 12.345 %.', [aRun({}, { change: '-0.12345' })]))).toMatchObject({
    state: 'traced',
  });
});

test('T6: what was recorded has all its digits, what was printed those that were', () => {
  const recorded = aRun({ facts: [{ name: 'zeta', value: '0.5125', source: 'record', scriptLine: 12 }] });
  expect(only(trace('It is 0.51250 here.', [recorded]))).toMatchObject({ state: 'traced', scriptLine: 12 });
  expect(only(trace('It is 0.51250 here.', [aRun({}, { zeta: '0.5125' })])).state).toBe('untraced');
});

test('T6: the more facts are in play, the less a number of few digits proves', () => {
  const states = [0, 300].map(
    (others) => only(trace('It is 0.452 here.', [aRun({}, { zeta: '0.45231', ...crowd(others) })])).state,
  );
  expect(states[0]).toBe('traced');
  expect(['likely', 'untraced']).toContain(states[1]);
});

test.each([
  'The hit rate is 0.452 here.',
  '| hit rate |\n| --- |\n| 0.452 |',
  '| name | value |\n| --- | --- |\n| hit rate | 0.452 |',
  '命中率为0.452。',
])("T6: words of the fact's name beside the number make up for digits: %j", (source) => {
  expect(only(trace(source, [aRun({}, { hit_rate: '0.45231', ...crowd(300) })])).state).toBe('traced');
});

test('T6: derived numbers are not guessed', () => {
  const facts = { before: '4012.5', after: '3187.2' };
  expect(only(trace('It fell by 825.3 in all.', [aRun({}, facts)])).state).toBe('untraced');
  expect(only(trace('The ratio is 0.7943 then.', [aRun({}, facts)])).state).toBe('untraced');
});

test('T6: the newest good run of a script comes first, and a run that failed gives nothing', () => {
  const runs = [
    aRun({ number: 1 }, { zeta: '0.84412' }),
    aRun({ number: 2 }, { zeta: '0.84413' }),
    aRun({ number: 3, exitCode: 1 }, { zeta: '0.84414' }),
    aRun({ number: 4, ending: 'timed_out', exitCode: null }, { zeta: '0.84413' }),
  ];
  expect(only(trace('It is 0.84413 here.', runs))).toMatchObject({ state: 'traced', run: 2 });
  expect(only(trace('It is 0.84414 here.', runs)).state).toBe('untraced');
});

test('T6: in a section of sure numbers those of fewer digits come from the same run', () => {
  const source = '## A\n\nIt is 0.84413, for 300,000 points.\n\n## B\n\nThere are 300,000 points.\n';
  const { numbers } = trace(source, [
    aRun({}, { zeta: '0.84413', size: '300000' }),
    aRun({ number: 2, script: 'code/b.py' }, crowd(300)),
  ]);
  expect(numbers.map(({ state }) => state)).toEqual(['traced', 'likely', 'untraced']);
  expect(numbers[2]).toMatchObject({ reason: 'ambiguous' });
});
