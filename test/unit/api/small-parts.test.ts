/** The API's small decisions, each a table. */

import { expect, test } from '@jest/globals';
import type { Context } from 'hono';
import { createFrameQueue } from '../../../src/api/chat-socket/frame-queue.ts';
import { isAllowedOrigin } from '../../../src/api/chat-socket/origin.ts';
import { nameInZip } from '../../../src/api/files/archive.ts';
import { nameParameters, presentation } from '../../../src/api/files/content-types.ts';
import { parseRange } from '../../../src/api/files/range.ts';
import { cleanName } from '../../../src/api/files/upload.ts';
import { decodeCursor, encodeCursor } from '../../../src/api/works/list-cursor.ts';
import { preferredLanguage } from '../../../src/api/works/new-work.ts';
import { titleFrom } from '../../../src/domain/work-title.ts';
import { ERRORS } from '../../../src/protocol/errors.ts';

test.each([
  [undefined, 'localhost:3000', true],
  ['http://localhost:3000', 'localhost:3000', true],
  ['https://paper.example.org', 'Paper.Example.org', true],
  ['http://localhost:3001', 'localhost:3000', false],
  ['https://evil.example', 'localhost:3000', false],
  ['https://localhost:3000.evil.example', 'localhost:3000', false],
  ['null', 'localhost:3000', false],
  ['http://localhost:3000', undefined, false],
  ['http://paper.example.org', 'paper.example.org:80', true],
  ['https://paper.example.org', 'paper.example.org:443', true],
])('A4: Origin %s at host %s: %s', (origin, host, allowed) => {
  expect(isAllowedOrigin(origin, host)).toBe(allowed);
});

test.each([
  [undefined, 10, undefined],
  ['bytes=0-3', 10, { start: 0, end: 3 }],
  ['bytes=5-', 10, { start: 5, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=9-9', 10, { start: 9, end: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=3-2', 10, undefined],
  ['bytes=0-1,3-4', 10, undefined],
  ['lines=0-1', 10, undefined],
])('a Range of %s over %d bytes', (header, size, range) => {
  expect(parseRange(header, size)).toEqual(range);
});

test.each([
  ['data.csv', 'data.csv'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\me\\data.csv', 'data.csv'],
  ['.bashrc', 'bashrc'],
  ['..', 'file'],
  ['', 'file'],
  [undefined, 'file'],
  ['a\u0000b\nc\u202egpj.exe', 'a_b_c_gpj.exe'],
  ['e\u0301.txt', '\u00e9.txt'],
  ['数据 (1).csv', '数据 (1).csv'],
  [`${'漢'.repeat(200)}.csv`, `${'漢'.repeat(65)}.csv`],
])('A7: an upload named %j is stored as %j', (sent, stored) => {
  expect(cleanName(sent)).toBe(stored);
});

test.each([
  ['T:300K.csv', [], 'T_300K.csv'],
  ['T:300K.csv', ['T_300K.csv', 'T__300K.csv'], 'T___300K.csv'],
  ['c:/data.csv', [], 'c_/data.csv'],
  ['data/T:300K.csv', ['x'], 'data/T:300K.csv'],
  ['data.csv', ['data.csv'], 'data.csv'],
])('F10: in a zip beside which %j is called (%j there) %j', (path, taken, name) => {
  expect(nameInZip(path, new Set(taken))).toBe(name);
});

test('A7: a download is named so that no name can break out of the header', () => {
  expect(nameParameters('a"\r\nX-Evil: 1.md')).toBe(
    `filename="a___X-Evil: 1.md"; filename*=UTF-8''a%22%0D%0AX-Evil%3A%201.md`,
  );
  expect(presentation('images/图.png', false)).toEqual({
    type: 'image/png',
    disposition: `inline; filename="_.png"; filename*=UTF-8''%E5%9B%BE.png`,
  });
});

test.each([
  ['Estimate pi', 'Estimate pi'],
  ['\n\n# Estimate   pi\nand more', 'Estimate pi'],
  ['- > `x`', 'x`'],
  ['***', '***'],
  ['用蒙特卡洛方法估计π的值，并绘制收敛过程图', '用蒙特卡洛方法估计π的值，并绘制收敛过程图'],
  [`${'word '.repeat(30)}`, `${'word '.repeat(11).trim()}…`],
  ['🙂'.repeat(100), `${'🙂'.repeat(59)}…`],
])('P12: a Work that begins with %j is called %j', (text, title) => {
  expect(titleFrom(text)).toBe(title);
});

const asked = (header: string | undefined) => ({ req: { header: () => header } }) as unknown as Context;

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['zh', 'zh'],
  ['zh-Hans-CN', 'zh'],
  ['en-US,en;q=0.9,zh;q=0.8', 'en'],
  ['fr;q=1, zh-TW;q=0.7, en;q=0.3', 'zh'],
  ['zh;q=0', 'en'],
  ['ZH-tw', 'zh'],
  ['zh;q=0.5, en;q=0.5', 'zh'],
  ['zher', 'en'],
])('Accept-Language %j asks for %s', (header, language) => {
  expect(preferredLanguage(asked(header))).toBe(language);
});

test('a cursor comes back as it was given, and nothing else is one', () => {
  const cursor = { updatedAt: '2026-01-02T03:04:05.678901Z', id: '00000000-0000-4000-8000-000000000000' };
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  const forged = [`["now'; drop table works","${cursor.id}"]`, '[]', '{}', 'null', ''];
  for (const text of forged) {
    expect(() => decodeCursor(Buffer.from(text).toString('base64url'))).toThrow('cursor');
  }
});

test('frames are served one at a time and in order; a flood pauses the socket until it is worked off', async () => {
  const served: string[] = [];
  const finish: (() => void)[] = [];
  let paused = false;
  const queue = createFrameQueue(
    {
      pause() {
        paused = true;
      },
      resume() {
        paused = false;
      },
    },
    (text) => {
      served.push(text);
      return new Promise((resolve) => finish.push(resolve));
    },
  );
  const sent = Array.from({ length: 100 }, (_, n) => String(n));
  for (const text of sent) queue.push(text);
  expect(served).toEqual(['0']);
  expect(paused).toBe(true);
  for (let n = 0; n < sent.length; n += 1) {
    expect(served).toEqual(sent.slice(0, n + 1));
    finish[n]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(paused).toBe(false);
});

test('the codes of errors agree with HTTP on whether the same request may succeed later', () => {
  for (const [code, { status, retryable }] of Object.entries(ERRORS)) {
    if (status < 500 && status !== 429 && status !== 408) {
      expect({ code, retryable }).toEqual({ code, retryable: false });
    }
  }
});
