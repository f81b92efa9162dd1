import { expect, test } from '@jest/globals';
import type { RecordedRun } from '../../../src/domain/provenance/types.ts';
import { aRun, only, trace } from './runs.ts';

const SOURCE = 'It is 0.84413 here.\n\n![](images/a.png)\n';
const FACT = { zeta: '0.84413' };

/** `code/clean.py` makes clean.csv of raw.csv; `code/a.py` reads that and draws the figure. */
function chain(): RecordedRun[] {
  return [
    aRun({
      number: 1,
      script: 'code/clean.py',
      scriptSha256: 'clean 1',
      reads: [{ path: 'raw.csv', sha256: 'raw 1' }],
      writes: [{ path: 'clean.csv', sha256: 'clean data', change: 'added' }],
    }),
    aRun(
      {
        number: 2,
        reads: [{ path: 'clean.csv', sha256: 'clean data' }],
        writes: [{ path: 'images/a.png', sha256: 'figure 1', change: 'added' }],
      },
      FACT,
    ),
  ];
}

const NOW = {
  'code/clean.py': 'clean 1',
  'code/a.py': 'script 1',
  'raw.csv': 'raw 1',
  'clean.csv': 'clean data',
  'images/a.png': 'figure 1',
};

function states(files: Record<string, string | undefined>, runs = chain()) {
  const now = Object.fromEntries(
    Object.entries({ ...NOW, ...files }).map(([path, sha]) => [path, sha ?? '']),
  );
  for (const [path, sha] of Object.entries(now)) if (sha === '') delete now[path];
  const given = Object.fromEntries(Object.entries(now));
  const { numbers, figures } = trace(SOURCE, runs, { files: given });
  return { number: numbers[0], figure: figures[0] };
}

test('T8: what has not changed is traced', () => {
  expect(states({})).toMatchObject({
    number: { state: 'traced', run: 2 },
    figure: { state: 'traced', run: 2 },
  });
});

test.each<[what: string, files: Record<string, string | undefined>, reason: string, file: string]>([
  ['its script', { 'code/a.py': 'script 2' }, 'script_changed', 'code/a.py'],
  ['a file that it read', { 'clean.csv': 'edited' }, 'input_changed', 'clean.csv'],
  ['the script behind a file that it read', { 'code/clean.py': 'clean 2' }, 'input_stale', 'clean.csv'],
  ['the data behind a file that it read', { 'raw.csv': 'raw 2' }, 'input_stale', 'clean.csv'],
])(
  'T8: a change of %s makes number and figure stale, and names its reason and file',
  (_what, files, reason, file) => {
    expect(states(files)).toMatchObject({
      number: { state: 'stale', reason, file, run: 2 },
      figure: { state: 'stale', reason, file, run: 2 },
    });
  },
);

test('T8: a file that it read and that is gone makes them stale', () => {
  expect(states({ 'clean.csv': undefined })).toMatchObject({
    number: { state: 'stale', reason: 'input_missing', file: 'clean.csv' },
  });
});

test('T8: a change of what it did not read changes nothing', () => {
  expect(states({ 'other.csv': 'x', 'code/b.py': 'y' })).toMatchObject({
    number: { state: 'traced' },
    figure: { state: 'traced' },
  });
});

test('T8: the same bytes again make everything behind them fresh', () => {
  const again = aRun({
    number: 3,
    script: 'code/clean.py',
    scriptSha256: 'clean 2',
    reads: [{ path: 'raw.csv', sha256: 'raw 2' }],
  });
  const files = { 'code/clean.py': 'clean 2', 'raw.csv': 'raw 2' };
  // What it wrote again without a change is among no changes.
  expect(states(files, [...chain(), again])).toMatchObject({
    number: { state: 'traced' },
    figure: { state: 'traced' },
  });
  const writes = [{ path: 'clean.csv', sha256: 'clean data', change: 'changed' as const }];
  expect(states(files, [...chain(), { ...again, writes }])).toMatchObject({ number: { state: 'traced' } });
});

test('T8: a figure that no run made so is edited, one that is gone is missing, one of nobody untraced', () => {
  expect(states({ 'images/a.png': 'retouched' }).figure).toMatchObject({ state: 'edited', run: 2 });
  expect(states({ 'images/a.png': undefined }).figure).toMatchObject({ state: 'missing', run: 2 });
  expect(trace('![](uploaded.png)', chain(), { files: { ...NOW, 'uploaded.png': 'u' } }).figures).toEqual([
    { path: 'uploaded.png', state: 'untraced' },
  ]);
});

test('T8: a run that reads the file that it writes is not stale by its own writing', () => {
  const runs = [
    aRun(
      {
        reads: [{ path: 'log.csv', sha256: 'log 1' }],
        writes: [{ path: 'log.csv', sha256: 'log 2', change: 'changed' }],
      },
      FACT,
    ),
  ];
  expect(only(trace('It is 0.84413 here.', runs, { files: { 'log.csv': 'log 2' } })).state).toBe('traced');
  expect(only(trace('It is 0.84413 here.', runs, { files: { 'log.csv': 'log 3' } }))).toMatchObject({
    reason: 'input_changed',
  });
});

test('T3: where it is not known what a run read, that is said', () => {
  expect(only(trace('It is 0.84413 here.', [aRun({ reads: null }, FACT)]))).toMatchObject({
    state: 'traced',
    reason: 'reads_unknown',
  });
});

test("T8: two runs that read each other's files are decided all the same", () => {
  const runs = [
    aRun({
      number: 1,
      script: 'code/b.py',
      scriptSha256: 'b',
      reads: [{ path: 'x', sha256: 'x' }],
      writes: [{ path: 'y', sha256: 'y', change: 'added' }],
    }),
    aRun(
      {
        number: 2,
        reads: [{ path: 'y', sha256: 'y' }],
        writes: [{ path: 'x', sha256: 'x', change: 'added' }],
      },
      FACT,
    ),
  ];
  expect(only(trace('It is 0.84413 here.', runs, { files: { x: 'x', y: 'y' } })).state).toBe('traced');
});
