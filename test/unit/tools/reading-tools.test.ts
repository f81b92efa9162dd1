import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { readWindow } from '../../../src/documents/line-window.ts';
import { jpegBytes, pngBytes } from '../workspace/images.ts';
import { withBench } from './context.ts';

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`).join('\n');

test('a text is read whole, or by lines with a note of what is missing', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('f.txt', `${lines(10)}\n`);
    const read = async (offset: number | null, limit: number | null) =>
      (await attempt('read_file', { path: 'f.txt', offset, limit })).result;
    expect(await read(null, null)).toBe(lines(10));
    expect(await read(0, 2)).toBe('line 1\nline 2\n\n[lines 1-2 of 10; continue with offset 3]');
    expect(await read(9, 5)).toBe('line 9\nline 10\n\n[lines 9-10 of 10]');
    expect(await read(11, null)).toBe('(There is no line 11: the text has 10 lines.)');
    await workspace.write('empty', '');
    expect((await attempt('read_file', { path: 'empty' })).result).toBe('(This file is empty.)');
  });
});

test.each(['one\r\ntwo\n\nfour\r\n', 'one\rtwo\r\rfour\r', 'one\ntwo\n\nfour'])(
  'W7: a window is the same however the text comes in pieces, with any line end',
  async (source) => {
    for (let size = 1; size <= source.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(source.length / size) }, (_, n) =>
        source.slice(n * size, n * size + size),
      );
      expect(await readWindow(pieces, {})).toBe('one\ntwo\n\nfour');
      expect(await readWindow(pieces, { offset: 2, limit: 1 })).toBe(
        'two\n\n[lines 2-2 of 4; continue with offset 3]',
      );
    }
  },
);

test('following the notes reads every line once, however long lines are', async () => {
  const source = Array.from({ length: 60 }, (_, n) => `${n} ${'x'.repeat((n * 977) % 3_900)}`).join('\n');
  const seen: string[] = [];
  for (let offset: number | null = 1; offset !== null; ) {
    const window: string = await readWindow([source], { offset });
    expect(window.length).toBeLessThan(33_000);
    const [text, note] = window.split('\n\n[lines ');
    seen.push(...(text ?? '').split('\n'));
    const next = /offset (\d+)/.exec(note ?? '')?.[1];
    offset = next === undefined ? null : Number(next);
  }
  expect(seen.join('\n')).toBe(source);
});

test('a huge file, and one line without an end, give a bounded result', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('long', 'x'.repeat(20_000_000));
    const { result } = await attempt('read_file', { path: 'long' });
    expect(result.length).toBeLessThan(5_000);
    expect(result).toContain('it has 20000000 characters');
    await workspace.write('many', 'abc\n'.repeat(12_000_000));
    const many = (await attempt('read_file', { path: 'many' })).result;
    expect(many.length).toBeLessThan(40_000);
    expect(many).toContain('[lines 1-2000; continue with offset 2001]');
  });
});

test('F6: images are described by content and size in pixels, other binary files by kind', async () => {
  await withBench(async ({ workspace, attempt }) => {
    const read = async (path: string, bytes: string | Buffer) => {
      await workspace.write(path, bytes);
      return (await attempt('read_file', { path })).result;
    };
    expect(await read('images/p.png', pngBytes(640, 480))).toContain('valid PNG image, 640 x 480 pixels');
    expect(await read('images/p.jpg', jpegBytes(80, 60))).toContain('valid JPEG image, 80 x 60 pixels');
    const svg = await read('p.svg', '<svg width="10" height="20"><text>hi</text></svg>');
    expect(svg).toContain('valid SVG image, 10 x 20 pixels');
    expect(svg).toContain('<text>hi</text>');
    expect(await read('images/fake.png', 'not an image')).toMatch(
      /no image that can be shown[\s\S]*not an image/,
    );
    expect(await read('images/cut.png', pngBytes(640, 480).subarray(0, 20))).toContain('named like an image');
    expect(await read('data.gz', gzipSync('x'))).toContain('gzip data');
    expect(await read('a.bin', Buffer.alloc(100))).toContain('is no text');
  });
});

test('text that is no UTF-8 is read by its encoding, which the model is told', async () => {
  await withBench(async ({ workspace, attempt }) => {
    const read = async (bytes: Buffer) => {
      await workspace.write('f.csv', bytes);
      return (await attempt('read_file', { path: 'f.csv' })).result;
    };
    expect(await read(Buffer.from('d6d0cec42c310a', 'hex'))).toBe(
      '(GB18030 (GBK); in Python: encoding="gb18030")\n\n中文,1',
    );
    expect(await read(Buffer.from('\uFEFFa,é', 'utf16le'))).toContain('a,é');
    expect(await read(Buffer.from('caf\xe9\n\x80', 'latin1'))).toContain('café');
    expect(await read(Buffer.from('\uFEFFa,b'))).toBe('a,b');
    expect(await read(Buffer.from(`${'a'.repeat(64 * 1024 - 1)}é`))).toMatch(/^a/);
  });
});

test('tree lists the workspace or a folder', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('code/pi.py', 'x');
    for (const path of [null, '', '.', './', '/'])
      expect((await attempt('tree', { path })).result).toContain('code/\n  pi.py  1 B');
    expect((await attempt('tree', { path: 'code/' })).result).toBe('code/\npi.py  1 B');
    expect(await attempt('tree', { path: 'none' })).toMatchObject({ ok: false });
  });
});

test('S7: links and FIFOs in place of files are results, and nothing blocks', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await symlink('/etc/passwd', join(workspace.root, 'paper.md'));
    execFileSync('mkfifo', [join(workspace.root, 'attachments', 'pipe')]);
    for (const [name, args] of [
      ['read_file', { path: 'paper.md' }],
      ['analyze_template', { file: 'paper.md' }],
      ['writemd', { file: 'paper.md', content: 'x', mode: 'append' }],
      ['read_attachment', { path: 'attachments/pipe' }],
      ['read_file', { path: 'attachments' }],
    ] as const) {
      const { ok, result } = await attempt(name, args);
      expect(ok).toBe(false);
      expect(result).not.toContain('root:');
    }
    expect((await attempt('list_attachments', {})).result).toBe('The person has not uploaded any files.');
  });
});
