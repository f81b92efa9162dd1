import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printedFacts } from '../../../src/recording/printed-facts.ts';
import { lineAsShown } from '../../../src/sandbox/terminal-lines.ts';

const found = (stdout: string) =>
  printedFacts(stdout, 5_000).facts.map(({ name, value, unit }) =>
    [name, value, ...(unit ? [unit] : [])].join(' | '),
  );

test.each([
  ['pi=3.14159', ['pi | 3.14159']],
  ['Mean waiting time: 12.5 min', ['Mean waiting time | 12.5 | min']],
  ['R2 = 0.98, RMSE = 1.2e-3', ['R2 | 0.98', 'RMSE | 1.2e-3']],
  ['R2=0.98 RMSE=0.12 n=1,234,567', ['R2 | 0.98', 'RMSE | 0.12', 'n | 1,234,567']],
  ['均值：3.14；方差：0.5', ['均值 | 3.14', '方差 | 0.5']],
  ['感染人数=120人', ['感染人数 | 120 | 人']],
  ["{'alpha': 0.5, 'beta': -2}", ['alpha | 0.5', 'beta | -2']],
  ['growth: 12.5%', ['growth | 12.5 | %']],
  ['slope = −0.25 (p = .03)', ['slope | −0.25', 'p | .03']],
  ['- **accuracy**: 0.91.', ['accuracy | 0.91']],
  ['temperature=21.5°C', ['temperature | 21.5 | °C']],
  ['mean = 3.2 and more', ['mean | 3.2']],
  ['n: 20\rresult=7', ['result | 7']],
  // What is none.
  ['y = 3.2x + 1', []],
  ['Elapsed 12:30', []],
  ['ratio 3:1', []],
  ['version=1.2.3', []],
  ['x = [1, 2]', []],
  ['12 = 13', []],
  ['a = 3/4', []],
  ['a <= 3', []],
  ['a == 3', []],
  ['see https://example.org:80/x', []],
])('T2: printed %j', (line, expected) => {
  expect(found(line)).toEqual(expected);
});

test('T2: each has its line of standard output, and there are no more than are kept', () => {
  const { facts, more } = printedFacts('begin\na=1\n\nb=2\r\nc=3\n', 2);
  expect(facts).toEqual([
    { name: 'a', value: '1', source: 'printed', line: 2 },
    { name: 'b', value: '2', source: 'printed', line: 4 },
  ]);
  expect(more).toBe(true);
});

test('T2: whatever is printed, every fact stands in its line, and has a name and a number', () => {
  const piece = fc.oneof(
    fc.constantFrom('=', ':', 'x', '1', '.', ',', ' ', '\n', '\r', '%', '值', '-', 'e', '\0'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const stdout = pieces.join('');
      const lines = stdout.split('\n');
      for (const { name, value, line } of printedFacts(stdout, 100).facts) {
        expect(name).toMatch(/\p{L}/u);
        expect(Number.isFinite(Number(value.replaceAll(',', '').replace('−', '-')))).toBe(true);
        const stands = lineAsShown(lines[(line ?? 0) - 1] ?? '');
        expect(stands).toContain(value);
      }
    }),
  );
});

test('T2: four megabytes of separators, digits or lines take no noticeable time', () => {
  for (const flood of [
    '=',
    '=1',
    'a=1 ',
    '1,',
    '=1\n',
    ' ',
    `${'x'.repeat(9_000)}=\n`,
    '{',
    '=                1',
  ]) {
    const began = performance.now();
    printedFacts(flood.repeat(Math.ceil((4 * 1024 ** 2) / flood.length)), 5_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  }
});
