import { expect, test } from '@jest/globals';
import { readsOf, writesOf } from '../../../src/recording/files-of-run.ts';
import type { Told } from '../../../src/recording/told.ts';
import type { Snapshot } from '../../../src/workspace/snapshot.ts';

const state = (sha256: string, mtimeNs = '1') => ({ size: 1, mtimeNs, sha256, seen: '' });
const told = (...opened: Told['opened']): Told => ({ facts: [], opened, moreFacts: false });
const read = (path: string, mtimeNs = '1') => ({
  path,
  how: 'read' as const,
  scriptLine: 2,
  size: 1,
  mtimeNs,
});
const wrote = (path: string) => ({ path, how: 'wrote' as const, scriptLine: 3 });

test('T3: a file counts as read as it was before the run, and not where the run had made or written it itself', () => {
  const before: Snapshot = new Map([
    ['in.csv', state('old')],
    ['both.csv', state('first')],
    ['over.csv', state('x')],
  ]);
  const after: Snapshot = new Map([
    ['in.csv', state('old')],
    ['both.csv', state('second', '9')],
    ['over.csv', state('y', '9')],
    ['new.csv', state('z', '9')],
  ]);
  const opened = [
    read('in.csv'),
    read('both.csv'),
    wrote('both.csv'),
    wrote('over.csv'),
    read('over.csv', '9'),
  ];
  expect(readsOf(told(...opened, read('new.csv', '9'), read('in.csv')), before, after)).toEqual([
    { path: 'in.csv', sha256: 'old', scriptLine: 2 },
    { path: 'both.csv', sha256: 'first', scriptLine: 2 },
  ]);
});

test('T3: a file that somebody changed before it was read has the hash of what was read, or none', () => {
  const before: Snapshot = new Map([['in.csv', state('old')]]);
  const after: Snapshot = new Map([['in.csv', state('new', '5')]]);
  expect(readsOf(told(read('in.csv', '5')), before, after)?.[0]?.sha256).toBe('new');
  expect(readsOf(told(read('in.csv', '3')), before, after)?.[0]?.sha256).toBeNull();
});

test('T3: what was not seen leaves the reads unknown', () => {
  expect(readsOf({ ...told(read('in.csv')), unseen: 'a child' }, new Map(), new Map())).toBeNull();
});

test('S8: what changed is what was written, with the line where that was told', () => {
  const changes = [
    { path: 'a.png', change: 'added' as const, size: 1, sha256: 'p' },
    { path: 'b.csv', change: 'removed' as const },
  ];
  expect(writesOf(told(wrote('a.png'), wrote('a.png')), changes)).toEqual([
    { path: 'a.png', change: 'added', sha256: 'p', scriptLine: 3 },
    { path: 'b.csv', change: 'removed', sha256: null },
  ]);
});
