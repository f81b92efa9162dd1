import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { type Bench, withBench } from './context.ts';
import { docxBytes, pdfBytes, zipped } from './documents.ts';

async function read({ workspace, attempt }: Bench, name: string, bytes: Buffer | string) {
  await workspace.write(`attachments/${name}`, bytes);
  return await attempt('read_attachment', { path: name, offset: null, limit: null });
}

async function readFileOf(bench: Bench, name: string) {
  return await read(bench, name, await readFile(new URL(`./files/${name}`, import.meta.url)));
}

test.each([
  [
    'python-docx.docx',
    '# Methods\n\nThe mean is $\\frac{1}{n}\\sum_{i=1}^{n} x_{i}$ in m<sup>2</sup>.\n\n' +
      '1. first\n2. second\n\n- loose\n\na\tb\n1\t2',
  ],
  ['eastern.pdf', '--- page 1 of 1 ---\n平均温度\n日本語の文\n한국어'],
  ['table.pdf', `--- page 1 of 1 ---\n${Array.from({ length: 8 }, (_, n) => `k${n} ${n}`).join('\n')}`],
  [
    'python-pptx.pptx',
    '--- slide 1 of 2 ---\nResults\nOne & two\nThree\n(notes)\nsay this\n\n--- slide 2 of 2 ---\nEnd',
  ],
  ['odfpy.odt', 'Ergebnis\nGröße & Maß'],
  ['odfpy.ods', '--- sheet "Blatt": 1 rows, 2 columns ---\nGröße\t1.5'],
])('W9: %s is read as it is seen', async (name, text) => {
  await withBench(async (bench) => {
    expect(await readFileOf(bench, name)).toMatchObject({ ok: true, result: text });
  });
});

test('W9: columns are read one after the other, below what goes over both; pages that are pictures are counted', async () => {
  await withBench(async (bench) => {
    const { result } = await readFileOf(bench, 'columns.pdf');
    const column = (side: string) =>
      Array.from({ length: 8 }, (_, n) => `${side} ${n} with enough words to fill the column`);
    expect(result.split('\n').slice(0, 20)).toEqual([
      '(1 of 2 pages are pictures, or blank, and have no text: 2.)',
      '',
      '--- page 1 of 2 ---',
      'A title that goes over both of the columns of this page, from here to there and on',
      ...column('left'),
      ...column('right'),
    ]);
  });
});

test('W9: a PDF may have other bytes before its own; a text that speaks of PDF stays a text', async () => {
  await withBench(async (bench) => {
    const bytes = Buffer.concat([Buffer.from('\r\nHTTP/1.1 200 OK\r\n\r\n'), pdfBytes(['Hello'])]);
    expect(await read(bench, 'a', bytes)).toMatchObject({ ok: true, result: '--- page 1 of 1 ---\nHello' });
    expect(await read(bench, 'b.txt', 'A PDF begins with %PDF-1.7, they say.\n')).toMatchObject({
      ok: true,
      result: 'A PDF begins with %PDF-1.7, they say.',
    });
  });
});

const math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';

test('W9: an equation nested without end is left out, and the rest is read', async () => {
  await withBench(async (bench) => {
    const deep = '<m:rad><m:e>'.repeat(20_000) + '</m:e></m:rad>'.repeat(20_000);
    const body = `<w:p ${math}><w:r><w:t>before</w:t></w:r><m:oMath>${deep}</m:oMath></w:p>`;
    const { result } = await read(bench, 'a.docx', docxBytes(body));
    expect(result).toMatch(/before|could not be read/);
  });
});

test.each([
  ['empty.csv', Buffer.alloc(0), false, 'is empty (0 bytes): ask the person to upload it again'],
  ['empty.xlsx', Buffer.alloc(0), false, 'is empty'],
  ['locked.pdf', undefined, false, 'protected by a password; ask the person for one that is not'],
  [
    'a.rtf',
    Buffer.from('{\\rtf1\\ansi Hello}'),
    true,
    'Rich Text document (RTF), which is not read here. Ask the person for it as .docx',
  ],
  [
    'cut.zip',
    zipped({ a: 'b'.repeat(5_000) }).subarray(0, 40),
    false,
    'archive that is damaged, perhaps cut; ask the person for it again',
  ],
  ['noname', Buffer.from('a,b\n1,2\n'), true, 'a,b'],
  ['table.pdf', Buffer.from('a;b\n1;2\n'), true, 'semicolons'],
  ['notes.xlsx', pdfBytes(['Hello']), true, 'Hello'],
])(
  'bad input: %s is told by its content, in a sentence that names what would help',
  async (name, bytes, isOk, sentence) => {
    await withBench(async (bench) => {
      const { ok, result } =
        bytes === undefined ? await readFileOf(bench, name) : await read(bench, name, bytes);
      expect([ok, result]).toEqual([isOk, expect.stringContaining(sentence)]);
    });
  },
);

test('W12: a Parquet file is read as its columns and its first rows, and one packed otherwise names the way by code', async () => {
  await withBench(async (bench) => {
    const { result } = await readFileOf(bench, 'zstd.parquet');
    expect(result.split('\n').slice(0, 4)).toEqual([
      'Parquet: 300 rows, 5 columns: id (int64), name (string), share (double), day (date), tags (list)',
      '',
      'id\tname\tshare\tday\ttags',
      '0\t方法 0\t\t2026-01-01\t[]',
    ]);
    expect(result).toContain('[rows after 200 of 300: read them by code, pandas.read_parquet]');
    expect(await readFileOf(bench, 'lz4.parquet')).toMatchObject({
      ok: false,
      result: expect.stringMatching(/packed by LZ4_RAW, which is read by code alone: pandas\.read_parquet/),
    });
  });
});
