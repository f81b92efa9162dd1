import { deflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { figuresAmong } from '../../../src/workspace/figures.ts';
import { imageHeader } from '../../../src/workspace/image-header.ts';
import { readableSize, renderTree } from '../../../src/workspace/tree.ts';
import { withWorkspace } from './folder.ts';
import { jpegBytes, pngBytes } from './images.ts';

test('a tree shows folders, sizes and odd names on one line each', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.write('paper.md', 'x'.repeat(1234));
    await workspace.write('code/pi.py', 'x');
    await workspace.write('images/two\nlines', 'x');
    expect(renderTree(await workspace.list())).toBe(
      'attachments/\ncode/\n  pi.py  1 B\nimages/\n  "two\\nlines"  1 B\npaper.md  1.2 KB',
    );
    expect(renderTree(await workspace.list('code'), 'code')).toBe('pi.py  1 B');
    expect(renderTree(await workspace.list('attachments'), 'attachments')).toBe('(no files)');
  });
});

test('a tree of thousands of files stays short, and says so', () => {
  const entries = Array.from({ length: 9_000 }, (_, n) => ({
    path: `d${n % 9}/f${n}`,
    kind: 'file' as const,
    size: 1,
    mtimeMs: 0,
  }));
  const folders = Array.from({ length: 9 }, (_, n) => ({
    path: `d${n}`,
    kind: 'directory' as const,
    size: 0,
    mtimeMs: 0,
  }));
  const tree = renderTree({ entries: [...folders, ...entries], truncated: true });
  expect(tree.split('\n').length).toBeLessThan(410);
  expect(tree).toContain('(and 900 more here)');
  expect(tree).toContain('9000 files in all');
});

test('sizes are readable', () => {
  expect([0, 999, 1000, 12_345, 2_000_000, 5e12].map(readableSize)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '12.3 KB',
    '2.0 MB',
    '5000.0 GB',
  ]);
});

test('S8: images are told by their content, with their size', () => {
  expect(imageHeader(pngBytes(640, 480))).toEqual({ format: 'png', width: 640, height: 480 });
  expect(imageHeader(jpegBytes(800, 600))).toEqual({ format: 'jpeg', width: 800, height: 600 });
  expect(imageHeader(Buffer.from('GIF89a\x20\x03\x58\x02rest', 'latin1'))).toMatchObject({
    width: 800,
    height: 600,
  });
  const svg = (tag: string) =>
    imageHeader(Buffer.from(`<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "x">\n<!-- c -->${tag}`));
  expect(svg('<svg height="345.6pt" width="460.8pt" viewBox="0 0 1 1">')).toEqual({
    format: 'svg',
    width: 614,
    height: 461,
  });
  expect(svg('<svg viewBox="0 0 300 200">')).toMatchObject({ width: 300, height: 200 });
  expect(svg('<svg width="100%">')).toMatchObject({ width: null });
});

test.each([
  ['empty', Buffer.alloc(0)],
  ['a text', Buffer.from('not an image')],
  ['a signature without a header', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['a header with a wrong checksum', pngBytes(3, 3).fill(0, 29, 33)],
  ['a PNG without pixels', pngBytes(0, 5)],
  ['HTML that holds an svg', Buffer.from('<html><svg width="1"></svg></html>')],
  ['a JPEG that ends at once', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4])],
  ['a JPEG of zeros', Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(64)])],
  ['compressed bytes', deflateSync('x'.repeat(100))],
  ['comments without an end', Buffer.from('<!--'.repeat(60_000))],
])('S8: %s is no image', (_what, bytes) => {
  expect(imageHeader(bytes)).toBeNull();
});

test('S8: figures among changed files: a PNG that is not one is none, whatever its name', async () => {
  await withWorkspace(async (workspace) => {
    const changes = [
      await workspace.write('images/plot.png', pngBytes(10, 20)),
      await workspace.write('images/fake.png', 'text'),
      await workspace.write('data/figure.bin', jpegBytes(3, 4)),
      { path: 'images/gone.png', change: 'removed' as const },
      { path: 'images/lost.png', change: 'added' as const },
    ];
    expect(await figuresAmong(workspace, changes)).toEqual([
      { path: 'images/plot.png', format: 'png', width: 10, height: 20 },
      { path: 'data/figure.bin', format: 'jpeg', width: 3, height: 4 },
    ]);
  });
});
