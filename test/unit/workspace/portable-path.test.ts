import { expect, test } from '@jest/globals';
import { mustBePortable } from '../../../src/workspace/portable-path.ts';

test.each([
  ['report\u202efdp.exe', 'direction of writing'],
  ['a/CON', 'device'],
  ['aux.txt', 'device'],
  ['x.', 'dot or a blank'],
  ['folder /x.md', 'dot or a blank'],
  ['a:b', 'Windows allows none'],
  ['a\u0007b', 'control character'],
])('SR-L1: %j is refused, and the sentence says why', (path, why) => {
  expect(() => mustBePortable(path)).toThrow(why);
});

test.each([
  'paper.md',
  '数据/my file%.csv',
  'console.log',
  'auxiliary',
  '.hidden',
  'a/common.txt',
  'emoji 👩‍🔬.md',
])('SR-L1: %j is a name like any other', (path) => {
  expect(() => mustBePortable(path)).not.toThrow();
});
