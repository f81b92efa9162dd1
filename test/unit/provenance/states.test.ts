import { expect, test } from '@jest/globals';
import { quoteOf } from '../../../src/domain/provenance/decisions.ts';
import { literalsOf } from '../../../src/domain/provenance/script-literals.ts';
import type { Decision } from '../../../src/domain/provenance/types.ts';
import { aRun, only, trace } from './runs.ts';

test.each([
  'with a 95 % interval',
  '在95%的置信水平下',
  'the mean ± 1.96 standard errors',
  'significant at the 0.05 level',
  'with p < 0.01',
  'near π = 3.1416',
])('T7: the number in "%s" is a convention', (source) => {
  expect(only(trace(source, [])).state).toBe('convention');
});

test('T7: a number of a message or an attachment is given', () => {
  const given = [
    { value: 1500, step: 1 },
    { value: 12.345, step: 0.001, file: 'attachments/a.csv' },
  ];
  const { numbers } = trace('Of 1,500 forms, 12.345 on average, and 12.346 at last.', [], { given });
  expect(numbers.map(({ state, file }) => [state, file])).toEqual([
    ['given', undefined],
    ['given', 'attachments/a.csv'],
    ['untraced', undefined],
  ]);
});

test('T7: a literal of the script is a parameter, with its line', () => {
  const script =
    '"""Takes 4711 steps."""\nimport numpy as np\nSAMPLES = 123_456  # not 999\nA, B = 3.25, 4.75\nrun(steps=8_765)\n';
  const literals = literalsOf(script, { run: 2, path: 'code/a.py' });
  expect(literals.map(({ name, value, scriptLine }) => [name, value, scriptLine])).toEqual([
    ['SAMPLES', 123_456, 3],
    ['A', 3.25, 4],
    ['B', 4.75, 4],
    ['steps', 8765, 5],
  ]);
  const { numbers } = trace('We use 123,456 samples, and 8,765 steps of 4,711.', [], { literals });
  expect(numbers.map(({ state, run, scriptLine }) => [state, run, scriptLine])).toEqual([
    ['parameter', 2, 3],
    ['parameter', 2, 5],
    ['untraced', undefined, undefined],
  ]);
});

test('T7: a small count is nothing to trace, a number of two digits is', () => {
  expect(trace('There are 3 methods and 2 cases.', []).numbers).toEqual([]);
  expect(only(trace('We asked 42 towns.', [])).state).toBe('untraced');
});

test('T7: a number of an earlier run is superseded where the script gives its name another value now', () => {
  const runs = [
    aRun({ number: 1, scriptSha256: 'old' }, { zeta: '0.84412' }),
    aRun({ number: 2 }, { zeta: '0.90133' }),
  ];
  expect(only(trace('It is 0.84412 here.', runs))).toMatchObject({
    state: 'superseded',
    reason: 'newer_value',
    newer: '0.90133',
    run: 1,
  });
  const same = [
    aRun({ number: 1, scriptSha256: 'old' }, { zeta: '0.84412' }),
    aRun({ number: 2 }, { zeta: '0.84412' }),
  ];
  expect(only(trace('It is 0.84412 here.', same))).toMatchObject({ state: 'traced', run: 2 });
});

test('T7: every number is counted once, by its state', () => {
  const { numbers, counts } = trace('It is 0.84413, not 0.99713; 95 % of 42 towns.', [
    aRun({}, { zeta: '0.84413' }),
  ]);
  expect(counts).toMatchObject({ traced: 1, untraced: 2, convention: 1, stale: 0 });
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
});

const SOURCE = '# A\n\nThe first value is 0.471 here.\n\nThe second value is 0.471 as well.\n';

function decisionOn(
  source: string,
  at: number,
  verdict: Decision['verdict'],
  more: Partial<Decision> = {},
): Decision {
  return { id: 'd', verdict, ...quoteOf(source, { start: at, end: at + 5 }), ...more };
}

test('T1: a decision stays with its number when the text elsewhere changes, and goes when its surroundings do', () => {
  const decisions = [decisionOn(SOURCE, SOURCE.lastIndexOf('0.471'), 'dismissed')];
  const states = (source: string) => trace(source, [], { decisions }).numbers.map(({ state }) => state);
  expect(states(SOURCE)).toEqual(['untraced', 'dismissed']);
  expect(states(`New words.\n\n${SOURCE}More.`)).toEqual(['untraced', 'dismissed']);
  expect(states(SOURCE.replace('as well', 'too'))).toEqual(['untraced', 'dismissed']);
  expect(states(SOURCE.replace('0.471 as', '0.472 as'))).toEqual(['untraced', 'untraced']);
  expect(states('Quite another text: 0.471, nothing else.')).toEqual(['untraced']);
});

test('T1: a pinned number leads to the run and the fact that a person chose', () => {
  const runs = [aRun({ number: 4 }, { zeta: '0.4709', eta: '0.4711' })];
  const at = SOURCE.indexOf('0.471');
  const { numbers } = trace(SOURCE, runs, {
    decisions: [decisionOn(SOURCE, at, 'pinned', { run: 4, fact: 'eta' })],
  });
  expect(numbers[0]).toMatchObject({
    state: 'pinned',
    run: 4,
    fact: { name: 'eta', value: '0.4711' },
    line: 2,
    decision: 'd',
  });
});

test('T1: a likely link that a person confirmed is traced', () => {
  const others = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`o_${index}`, (0.2 + index * 0.0171).toFixed(5)]),
  );
  const runs = [aRun({}, { zeta: '0.47112', ...others })];
  const source = 'It is 0.471 here.';
  expect(only(trace(source, runs)).state).toBe('likely');
  const decisions = [decisionOn(source, 6, 'confirmed')];
  expect(only(trace(source, runs, { decisions }))).toMatchObject({ state: 'traced', reason: 'confirmed' });
});
