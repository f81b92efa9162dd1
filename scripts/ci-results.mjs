/**
 * Reads what jest wrote with --json, for .ci/run: `ci-results.mjs skipped FILE` prints the test files that skipped
 * something, one a line; `ci-results.mjs count FILE [FILE]` prints `N passed, N failed`, where a test file of the second
 * run counts in place of its first. Plain JavaScript on the machine's own Node.
 */
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The files of a run that skipped a test. */
export function filesThatSkipped({ testResults }) {
  const skips = ({ assertionResults }) => assertionResults.some(({ status }) => status === 'pending');
  return testResults.filter(skips).map(({ name }) => name);
}

/** Counts the tests of runs, where a later run's file counts in place of an earlier one's; what was skipped is neither. */
export function countTests(runs) {
  const files = new Map(runs.flatMap(({ testResults }) => testResults.map((file) => [file.name, file])));
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of files.values()) {
    const failing = assertionResults.filter((each) => each.status === 'failed').length;
    passed += assertionResults.filter((each) => each.status === 'passed').length;
    // A file that could not be run, or not be ended in order, has failed although none of its tests has.
    failed += failing === 0 && status === 'failed' ? 1 : failing;
  }
  return { passed, failed };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...paths] = argv.slice(2);
  const runs = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
  if (command === 'skipped') for (const name of runs.flatMap(filesThatSkipped)) console.log(name);
  else {
    const { passed, failed } = countTests(runs);
    console.log(`${passed} passed, ${failed} failed`);
  }
}
