/** What .ci/run makes of jest's results: which files are run again with the extras, and the one line at its end. */
import { expect, test } from '@jest/globals';
import { countTests, filesThatSkipped } from '../../../scripts/ci-results.mjs';

const file = (name: string, status: string, ...tests: string[]) => ({
  name,
  status,
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
