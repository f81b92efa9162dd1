/** What the build puts in place of packages that browsers have no need of (web/vite.config.ts) says the same as they do. */
import { expect, test } from '@jest/globals';
import MarkdownIt from 'markdown-it';
import * as ours from '../../../web/src/markdown/browser-categories.ts';
import { diff, isEqual } from '../../../web/src/plain-equality.ts';

test('W13: the browser’s own categories of characters are those by which the server tells where emphasis ends', () => {
  const { ucmicro } = new MarkdownIt().utils.lib;
  const differ = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(
    (character) =>
      ours.P.test(character) !== ucmicro.P.test(character) ||
      ours.S.test(character) !== ucmicro.S.test(character),
  );
  expect(differ).toEqual([]);
});

test('a value is equal to another by what it holds, whatever the order of its names', () => {
  expect(isEqual({ a: 1, b: ['x', { c: null }] }, { b: ['x', { c: null }], a: 1 })).toBe(true);
  for (const [one, other] of [
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: undefined }, { b: undefined }],
    [['x'], { 0: 'x' }],
    ['1', 1],
    [null, {}],
  ])
    expect([one, other, isEqual(one, other)]).toEqual([one, other, false]);
  expect(diff({ a: '1', b: '2' }, { b: '3', c: '4' })).toEqual([{ type: 'added', key: 'c' }]);
});
