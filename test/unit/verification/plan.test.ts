import { expect, test } from '@jest/globals';
import type { Fact, RecordedRun } from '../../../src/domain/provenance/types.ts';
import { compareFacts } from '../../../src/domain/verification/compare-facts.ts';
import { runsToVerify } from '../../../src/domain/verification/plan.ts';
import { reportOf } from '../../../src/domain/verification/report.ts';
import { isReproduced, type RunVerified } from '../../../src/domain/verification/types.ts';

const run = (
  number: number,
  script: string,
  {
    reads = [],
    writes = [],
    exitCode = 0,
  }: { reads?: string[] | null; writes?: string[]; exitCode?: number } = {},
): RecordedRun => ({
  ...{ number, script, exitCode, scriptSha256: script, ending: 'exited', facts: [] },
  reads: reads?.map((path) => ({ path, sha256: 'x' })) ?? null,
  writes: writes.map((path) => ({ path, sha256: 'x', change: 'added' })),
});
const numbers = (runs: RecordedRun[]) => runs.map(({ number }) => number);
const citing = (...cited: number[]) => ({
  figures: [],
  numbers: cited.map((number) => ({ start: 0, end: 1, text: '1', state: 'traced' as const, run: number })),
});

test('T13: those that the paper cites are made again, with those that made what they read, in order', () => {
  const runs = [
    run(1, 'a.py', { writes: ['data/a.csv'] }),
    run(2, 'b.py', { reads: ['data/a.csv'], writes: ['data/b.csv'] }),
    run(3, 'unrelated.py'),
    run(4, 'c.py', { reads: ['data/b.csv', 'attachments/x.csv'] }),
    run(5, 'c.py', { exitCode: 1 }),
  ];
  expect(numbers(runsToVerify(runs, citing(4)))).toEqual([1, 2, 4]);
});

test('T13: a run that may have read any file needs the newest of every other script before it', () => {
  const runs = [run(1, 'a.py'), run(2, 'a.py'), run(3, 'b.py', { reads: null }), run(4, 'late.py')];
  expect(numbers(runsToVerify(runs, citing(3)))).toEqual([2, 3]);
});

test('T13: where the paper cites none, or there is none, each script is made again as it ran last', () => {
  const runs = [run(1, 'a.py'), run(2, 'b.py'), run(3, 'a.py')];
  expect(numbers(runsToVerify(runs, citing()))).toEqual([2, 3]);
  expect(numbers(runsToVerify(runs, null))).toEqual([2, 3]);
});

test('T13: facts are compared by their text, then by their value, each to the next of its name', () => {
  const fact = (name: string, value: string): Fact => ({ name, value, source: 'printed' });
  const before = [
    fact('a', '1.0'),
    fact('b', '2'),
    fact('c', '3'),
    fact('n', '1'),
    fact('n', '2'),
    fact('w', 'nan'),
  ];
  const now = [fact('n', '1'), fact('n', '5'), fact('a', '1.0000001'), fact('b', '2'), fact('w', 'nan')];
  expect(compareFacts(before, now)).toEqual({ 'a=1.0': 'same_value', 'c=3': 'missing', 'n=2': 'differs' });
});

test('T13: a report goes by figure and number, and one thing that differs is enough', () => {
  const verified = (facts: RunVerified['facts']): RunVerified => ({
    ...{ number: 1, script: 'a.py', result: 'same_bytes', facts },
    files: [{ path: 'images/a.png', result: 'looks_same' }],
  });
  const paper = {
    numbers: [
      {
        start: 0,
        end: 1,
        text: '3.14',
        state: 'traced' as const,
        run: 1,
        fact: { name: 'pi', value: '3.1416' },
      },
      { start: 2, end: 3, text: '7', state: 'untraced' as const },
    ],
    figures: [
      { path: 'images/a.png', state: 'traced' as const, run: 1 },
      { path: 'images/own.png', state: 'untraced' as const },
    ],
  };
  const good = reportOf([verified({})], paper);
  expect(good.numbers).toEqual([{ text: '3.14', run: 1, fact: 'pi', result: 'same_bytes' }]);
  expect(good.figures).toEqual([{ path: 'images/a.png', result: 'looks_same' }]);
  expect(isReproduced(good)).toBe(true);
  expect(isReproduced(reportOf([verified({ 'pi=3.1416': 'differs' })], paper))).toBe(false);
  const edited = { ...paper, figures: [{ path: 'images/a.png', state: 'edited' as const, run: 1 }] };
  expect(isReproduced(reportOf([verified({})], edited))).toBe(false);
});
