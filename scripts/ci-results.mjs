/**
 * Reads what jest wrote with --json, for .ci/run: `ci-results.mjs skipped FILE` prints the test files that skipped
 * something, one a line; `ci-results.mjs count FILE [FILE]` prints `N passed, N failed`, where a test file of the second
 * run counts in place of its first; `ci-results.mjs seconds FILE [FILE]` prints how long the long ones took, which is
 * test/support/recorded-seconds.json. Plain JavaScript on the machine's own Node.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Shorter ones do not matter for the order. */
const LEAST_SECONDS = 5;

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

/** Seconds of the files that took long, by their path from the checkout's folder; of one that ran twice, of its longer run. */
export function secondsOfFiles(runs) {
  const seconds = new Map();
  for (const { name, startTime, endTime } of runs.flatMap(({ testResults }) => testResults)) {
    const file = relative(ROOT, name).replaceAll('\\', '/');
    seconds.set(file, Math.max(seconds.get(file) ?? 0, Math.round((endTime - startTime) / 1000)));
  }
  const long = [...seconds].filter(([, each]) => each >= LEAST_SECONDS);
  return Object.fromEntries(long.sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...paths] = argv.slice(2);
  const runs = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
  if (command === 'skipped') for (const name of runs.flatMap(filesThatSkipped)) console.log(name);
  else if (command === 'seconds') console.log(JSON.stringify(secondsOfFiles(runs), null, 2));
  else {
    const { passed, failed } = countTests(runs);
    console.log(`${passed} passed, ${failed} failed`);
  }
}
