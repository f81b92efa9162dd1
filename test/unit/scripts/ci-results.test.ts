/** What .ci/run, and the order of the next run, make of jest's results: which files are run again with the extras, and the one line at its end. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { countTests, filesThatSkipped, secondsOfFiles } from '../../../scripts/ci-results.mjs';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { expectedSeconds, RECORDED } from '../../support/longest-first.ts';

const file = (name: string, status: string, ...tests: string[]) => ({
  name,
  status,
  startTime: 0,
  endTime: 1_000,
  assertionResults: tests.map((each) => ({ status: each })),
});

const first = {
  testResults: [
    file('plain', 'passed', 'passed', 'passed'),
    file('needing', 'passed', 'passed', 'pending'),
    file('broken', 'failed'),
    file('failing', 'failed', 'passed', 'failed', 'failed'),
  ],
};

test('the files with a skipped test are run again, and no others', () => {
  expect(filesThatSkipped(first)).toEqual(['needing']);
});

test('what was skipped counts as neither, and a file that could not be run as one failure', () => {
  expect(countTests([first])).toEqual({ passed: 4, failed: 3 });
});

test('a file that is run twice counts by its second results alone', () => {
  const second = { testResults: [file('needing', 'failed', 'failed', 'passed')] };
  expect(countTests([first, second])).toEqual({ passed: 4, failed: 4 });
});

test('what took long is recorded by its path, of two runs the longer', () => {
  const took = (name: string, ms: number) => ({
    ...file(join(CHECKOUT, name), 'passed', 'passed'),
    endTime: ms,
  });
  const runs = [
    { testResults: [took('test/unit/short.test.ts', 900), took('test/integration/long.test.ts', 61_400)] },
    { testResults: [took('test/integration/long.test.ts', 7_000)] },
  ];
  expect(secondsOfFiles(runs)).toEqual({ 'test/integration/long.test.ts': 61 });
});

test('the recorded files are there, and what nobody recorded is put where its kind is', () => {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, number>;
  expect(Object.keys(recorded).filter((name) => !existsSync(join(CHECKOUT, name)))).toEqual([]);
  expect(expectedSeconds('test/integration/a.test.ts', { 'test/integration/a.test.ts': 90 })).toBe(90);
  expect(expectedSeconds('test/integration/new.test.ts', {})).toBeGreaterThan(
    expectedSeconds('test/unit/web/new.test.ts', {}),
  );
});
