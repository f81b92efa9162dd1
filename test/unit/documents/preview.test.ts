/** What a person is shown of a file (W12). */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { previewOf } from '../../../src/documents/preview.ts';
import { createPreviews } from '../../../src/documents/preview-file.ts';
import { rangeOf } from '../../../src/documents/table-marks.ts';
import type { Preview } from '../../../src/protocol/previews.ts';
import { docxBytes, paragraph, pdfBytes, xlsxBytes, zipped } from '../tools/documents.ts';

/** In this process: what the reader's own process does of it. */
async function shown(name: string, bytes: Buffer, { sheet = 0, offset = 0, size = bytes.length } = {}) {
  const found = await previewOf(bytes, { name, size, sheet, offset });
  if ('rows' in found) throw new Error('a part was not asked for');
  return found.preview;
}

/** As the api has it done. */
function shownApart(name: string, bytes: Buffer, { sheet = 0, offset = 0, size = bytes.length } = {}) {
  return createPreviews().of({ ...file(name, bytes), size }, { sheet, offset }, ASKING);
}

const ASKING = { person: { id: 'p', guest: false }, signal: new AbortController().signal };

/** A file in memory, that notes what is read of it. */
function file(name: string, bytes: Buffer, state: string | null = 'settled') {
  const reads: number[] = [];
  return {
    ...{ id: name, name, size: bytes.length, reads },
    open: async ({ start, end }: { start: number; end: number }) => {
      const part = bytes.subarray(start, end + 1);
      reads.push(part.length);
      return { stream: Readable.from([part]), state };
    },
  };
}

async function table(...file: Parameters<typeof shown>): Promise<Extract<Preview, { kind: 'table' }>> {
  const preview = await shown(...file);
  if (preview.kind !== 'table') throw new Error(`no table: ${JSON.stringify(preview).slice(0, 200)}`);
  return preview;
}

const fixture = (name: string) => readFile(new URL(`../tools/files/${name}`, import.meta.url));

const SALES = [
  ['城市', '销售额', '说明'],
  ['北京', '12,5', '第一季度的销售情况'],
  ['上海', '13,1', '第二季度的销售情况'],
];
const CITIES = [
  ['año', 'población', 'región'],
  ['2019', '120,5', 'Castilla y León'],
  ['2020', '130,1', 'Aragón'],
];

test.each([
  ['utf8', SALES],
  ['utf16le', SALES],
  ['gb18030', SALES],
  [
    'big5',
    [
      ['城市', '人口', '說明'],
      ['臺北', '12,5', '這是臺灣北部最大的城市'],
      ['高雄', '13,1', '這是臺灣南部最大的港口'],
    ],
  ],
  ['windows-1252', CITIES],
] as const)(
  'W7, W12: a table in %s is read with each separator, its decimal commas named',
  async (encoding, rows) => {
    for (const separator of [';', '\t', '|'] as const) {
      const text = rows.map((row) => row.join(separator)).join('\r\n');
      const bytes = iconv.encode(text, encoding, { addBOM: encoding === 'utf16le' });
      const preview = await table('t.csv', bytes);
      expect({ head: preview.head, rows: preview.rows }).toEqual({ head: rows[0], rows: rows.slice(1) });
      expect(preview.format).toMatchObject({ separator, decimalCommas: true });
      expect(preview.total).toBe(2);
    }
  },
);

test('W12: quoted cells hold separators, quotes and line ends of any kind; a line that says the separator and empty lines are no rows', async () => {
  const preview = await table(
    'q.csv',
    Buffer.from('\ufeffn,"a, b"\r\n1,"say ""hi"""\r\r2,"two\r\nlines"\n\n'),
  );
  expect(preview.head).toEqual(['n', 'a, b']);
  expect(preview.rows).toEqual([
    ['1', 'say "hi"'],
    ['2', 'two\r\nlines'],
  ]);
  const said = await table('s.csv', Buffer.from('sep=;\na;b\n1;2\n'));
  expect([said.head, ...said.rows]).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
  expect((await table('one.csv', Buffer.from('alone\n1\n2'))).rows).toEqual([['1'], ['2']]);
});

test('W12: of a million rows a window is shown and all are counted, wherever it begins', async () => {
  const lines = Array.from({ length: 1_000_000 }, (_, n) => `${n},"x, ${n}"`);
  const bytes = Buffer.from(`n,x\n${lines.join('\n')}`);
  const first = await table('m.csv', bytes);
  expect({ total: first.total, shown: first.rows.length }).toEqual({ total: 1_000_000, shown: 200 });
  const last = await table('m.csv', bytes, { offset: 999_990 });
  expect(last.head).toEqual(['n', 'x']);
  expect(last.rows).toHaveLength(10);
  expect(last.rows.at(-1)).toEqual(['999999', 'x, 999999']);
  expect((await table('m.csv', bytes, { offset: 2_000_000 })).rows).toEqual([]);
});

test('W12: a row of a million columns, a cell of megabytes and a quote that never ends are shown in part', async () => {
  const wide = await table('w.csv', Buffer.from(`${'a,'.repeat(1_000_000)}\n${'1,'.repeat(1_000_000)}`));
  expect([wide.columns, wide.head?.length, wide.rows[0]?.length]).toEqual([1_000_001, 100, 100]);
  const row = `${'long '.repeat(1_000_000)},1\n`;
  const long = await table('l.csv', Buffer.from(`a,b\n${row}${row}`));
  expect(long.rows[0]?.[0]).toHaveLength(501);
  const open = await table('o.csv', Buffer.from(`a,b\n1,"${'x,y\n'.repeat(500_000)}`));
  expect([open.total, open.rows[0]?.[1]?.length]).toEqual([1, 501]);
  const much = Array.from({ length: 1_000 }, () => Array(100).fill('y'.repeat(600)).join(','));
  expect(JSON.stringify(await table('c.csv', Buffer.from(much.join('\n')))).length).toBeLessThan(1_000_000);
});

test('W8, W12: a workbook is shown sheet by sheet, its cells as a person sees them', async () => {
  const first = await table(
    'two.xlsx',
    xlsxBytes('Sales & more', [
      ['city', 'n'],
      ['Oslo', 3],
    ]),
  );
  expect(first.rows).toEqual([
    ['city', 'n'],
    ['Oslo', '3'],
  ]);
  expect(first).toMatchObject({ head: null, total: 2, columns: 2, sheets: [{ isHidden: false }] });
  const none = await shown('two.xlsx', xlsxBytes('S', [['a']]), { sheet: 7 });
  expect(none).toEqual({ kind: 'none', reason: 'no_sheet' });
});

test('W8, W12: workbooks as other programs write them are shown too; one with a password says so', async () => {
  for (const name of ['openpyxl.xlsx', 'xlsxwriter.xlsx', 'xlwt.xls', 'odfpy.ods']) {
    const preview = await table(name, await fixture(name));
    expect([name, preview.rows.length > 0, preview.columns > 0]).toEqual([name, true, true]);
  }
  expect(await shown('locked.xlsx', await fixture('locked.xlsx'))).toEqual({
    kind: 'none',
    reason: 'locked',
  });
});

test('W12: a text is shown from its beginning in whatever encoding, and says how much is left', async () => {
  const text = '这是一个很长的中文文本，用来检查编码。\n'.repeat(30_000);
  const bytes = iconv.encode(text, 'gb18030');
  const preview = await shown('notes.txt', bytes);
  if (preview.kind !== 'text') throw new Error(preview.kind);
  expect(preview.rest).toBe(bytes.length - 256 * 1024);
  expect(text.startsWith(preview.text.replace(/\ufffd$/, ''))).toBe(true);
  expect(preview.text.length).toBeGreaterThan(100_000);
});

test('W9, W12: a Word document is shown as the Markdown that it is read as', async () => {
  const preview = await shown(
    'd.docx',
    docxBytes(paragraph('Results', 'Heading1') + paragraph('All is well.')),
  );
  expect(preview).toEqual({ kind: 'document', text: '# Results\n\nAll is well.', rest: 0 });
});

test('W9, W12: a table of a Word document is shown as one', async () => {
  const preview = await shown('d.docx', await fixture('python-docx.docx'));
  if (preview.kind !== 'document') throw new Error(preview.kind);
  expect(preview.text).toContain('\n\n| a | b |\n| --- | --- |\n| 1 | 2 |');
});

test('W12: what cannot be shown says why, in a code', async () => {
  const reason = async (name: string, bytes: Buffer, more = {}) => {
    const preview = await shown(name, bytes, more);
    return preview.kind === 'none' ? preview.reason : preview.kind;
  };
  const workbook = xlsxBytes('S', [['a', 1]]);
  expect(await reason('empty.csv', Buffer.alloc(0))).toBe('empty');
  expect(await reason('x.bin', Buffer.from([0, 1, 2, 3, 0, 0, 255, 254, 7, 0]))).toBe('not_shown');
  expect(await reason('x.pdf', pdfBytes(['a']))).toBe('not_shown');
  expect(await reason('cut.xlsx', workbook.subarray(0, workbook.length - 40))).toBe('damaged');
  expect(await reason('large.xlsx', workbook, { size: 10 ** 9 })).toBe('too_large');
  expect(await reason('a.zip', zipped({ 'a.txt': 'a' }))).toBe('text');
});

test('W12: a workbook that unpacks to far more than it is is not read, and nothing but its reader bears it', async () => {
  const bomb = zipped({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'xl/workbook.xml': '<workbook/>',
    'xl/sharedStrings.xml': Buffer.alloc(60 * 1024 ** 2, 'a'),
  });
  expect(await shownApart('bomb.xlsx', bomb)).toMatchObject({ kind: 'none' });
});

test('W12: of a file larger than what is read the beginning is shown, and that the file goes on', async () => {
  const bytes = Buffer.from(`n,x\n${'1,2\n'.repeat(13_500_000)}`);
  const preview = await shownApart('large.csv', bytes);
  expect(preview).toMatchObject({ kind: 'table', total: null, head: ['n', 'x'] });
});

test('W12: JSON is a tree of its first entries, those nearer the top first, with all digits that it has', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) => ({ n, deep: [1, 2, [3]] }));
  const text = `{"id": 12345678901234567890, "x": [1.50, null, true, "a\\n"], "many": ${JSON.stringify(many)}, "last": {}}`;
  const preview = await shown('d.json', Buffer.from(text));
  if (preview.kind !== 'tree') throw new Error(preview.kind);
  expect(preview.nodes.length).toBeLessThanOrEqual(2_001);
  const top = preview.nodes.filter(({ depth }) => depth === 1);
  expect(
    top.map(({ key, type, text: written, count, shown: some }) => [key, type, written, count, some]),
  ).toEqual([
    ['id', 'number', '12345678901234567890', 0, 0],
    ['x', 'array', '', 4, 4],
    ['many', 'array', '', 5_000, 100],
    ['last', 'object', '', 0, 0],
  ]);
});

test('W12: JSON that is damaged, or deeper than anybody reads, is shown as text', async () => {
  for (const text of ['{"a": 1,', '['.repeat(100_000), `${'['.repeat(100_000)}${']'.repeat(100_000)}`]) {
    expect(await shown('d.json', Buffer.from(text))).toMatchObject({ kind: 'text' });
  }
  expect(await shown('p.json', Buffer.from('{"__proto__": {"a": 1}}'))).toMatchObject({ kind: 'tree' });
});

test('W12: of a notebook cells, texts and pictures are shown, and nothing that could run', async () => {
  const output = (data: Record<string, unknown>) => ({ output_type: 'display_data', data, metadata: {} });
  const cells = [
    { cell_type: 'markdown', source: ['# Title\n', 'text'] },
    {
      cell_type: 'code',
      source: 'plot()',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['one\n', 'two'] },
        output({ 'text/html': '<script>alert(1)</script>', 'text/plain': 'a table' }),
        output({ 'image/png': 'iVBORw0KGgo=\n', 'text/plain': '<Figure>' }),
        output({ 'image/png': '"><script>', 'text/plain': 'not a picture' }),
        output({ 'image/svg+xml': '<svg onload="x()"/>' }),
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\u001b[31mE: v\u001b[0m'] },
      ],
    },
  ];
  const preview = await shown('n.ipynb', Buffer.from(JSON.stringify({ nbformat: 4, cells })));
  expect(preview).toEqual({
    kind: 'notebook',
    total: 2,
    cells: [
      { type: 'markdown', source: '# Title\ntext', outputs: [], rest: 0 },
      {
        type: 'code',
        source: 'plot()',
        rest: 0,
        outputs: [
          { type: 'text', text: 'one\ntwo' },
          { type: 'text', text: 'a table' },
          { type: 'picture', text: 'data:image/png;base64,iVBORw0KGgo=' },
          { type: 'text', text: 'not a picture' },
          { type: 'text', text: 'E: v' },
        ],
      },
    ],
  });
  const figures = Array(50).fill(output({ 'image/png': 'A'.repeat(200_000) }));
  const heavy = { cell_type: 'code', source: 'x'.repeat(100_000), outputs: figures };
  const large = await shown('l.ipynb', Buffer.from(JSON.stringify({ cells: [heavy, heavy, heavy, heavy] })));
  expect(JSON.stringify(large).length).toBeLessThan(7_000_000);
  expect(await shown('o.ipynb', Buffer.from('{"cells": 3}'))).toMatchObject({ kind: 'tree' });
});

test.each(['snappy', 'zstd'])(
  'W12: a Parquet file packed by %s is a table, any part of it',
  async (packed) => {
    const bytes = await fixture(`${packed}.parquet`);
    const first = await shownApart('data.parquet', bytes);
    expect(first).toMatchObject({
      ...{ kind: 'table', head: ['id', 'name', 'share', 'day', 'tags'], total: 300, columns: 5 },
      offset: 0,
    });
    expect((first as { rows: string[][] }).rows[1]).toEqual(['1', '方法 1', '0.25', '2026-01-02', '["a"]']);
    const last = await table('data.parquet', bytes, { offset: 290 });
    expect(last.rows.map(([id]) => id)).toEqual(Array.from({ length: 10 }, (_, n) => String(290 + n)));
    expect(last.rows[0]).toEqual(['290', '方法 290', '', '2026-10-18', '["a","b"]']);
  },
);

test('W12: a Parquet file that was cut, is damaged within, or is packed as it is not read here says so', async () => {
  const bytes = await fixture('snappy.parquet');
  expect(await shownApart('a.parquet', await fixture('lz4.parquet'))).toEqual({
    ...{ kind: 'none', reason: 'not_shown' },
  });
  for (const cut of [4, 12, 5_000]) {
    expect(await shownApart('a.parquet', bytes.subarray(0, cut))).toMatchObject({ kind: 'none' });
  }
  const claims = Buffer.from(bytes);
  claims.writeUInt32LE(0x7fffffff, bytes.length - 8);
  expect(await shownApart('a.parquet', claims)).toEqual({ kind: 'none', reason: 'damaged' });
  const flipped = Buffer.from(bytes);
  for (let at = 20; at < 4_000; at += 1) flipped[at] = 255 - (flipped[at] ?? 0);
  expect(await shownApart('a.parquet', flipped)).toEqual({ kind: 'none', reason: 'damaged' });
  expect(await shownApart('a.parquet', bytes, { size: 60 * 1024 ** 2 })).toEqual({
    ...{ kind: 'none', reason: 'too_large' },
  });
});

/** Rows that differ in length, some of several lines, in an encoding. */
function longTable(encoding: string, lineEnd: string): { bytes: Buffer; rows: string[][] } {
  const rows = Array.from({ length: 20_000 }, (_, n) => [
    String(n),
    n % 7 === 0 ? `año ${n}${lineEnd}región "x"` : `población ${'y'.repeat(n % 40)}`,
  ]);
  const quoted = rows.map(([n, text = '']) => `${n};"${text.replaceAll('"', '""')}"`);
  return { bytes: iconv.encode(['n;texto', ...quoted].join(lineEnd), encoding), rows };
}

const OFFSETS = [200, 9_999, 15_001, 19_900, 19_999, 20_000, 3];

test.each([
  ['utf8', '\n'],
  ['utf8', '\r\n'],
  ['utf8', '\r'],
  ['utf-16le', '\r\n'],
  ['utf-16be', '\n'],
  ['windows-1252', '\n'],
])(
  'W12: later parts of a table in %s (%j) are what they are when it is read whole',
  async (encoding, lineEnd) => {
    const { bytes, rows } = longTable(encoding, lineEnd);
    const ask = { name: 'big.csv', size: bytes.length, sheet: 0 };
    const whole = await previewOf(bytes, { ...ask, offset: 0 });
    if (!('preview' in whole) || whole.marks === undefined) throw new Error('no table');
    const { marks } = whole;
    for (const offset of OFFSETS) {
      const range = rangeOf(marks, offset, 200);
      if (range === null) throw new Error(`row ${offset} has no place`);
      const { row, start, end = bytes.length } = range;
      const part = await previewOf(bytes.subarray(start, end + 1), {
        ...ask,
        offset,
        part: { ...marks, row },
      });
      expect(part).toEqual({ rows: rows.slice(offset, offset + 200) });
      expect(end - start).toBeLessThan(3 * 64 * 1024);
    }
  },
);

test('W12: of a later part of a table the reader gets what lies about it; one that has changed, or just changes, is read from its beginning', async () => {
  const { bytes, rows } = longTable('utf8', '\n');
  const previews = createPreviews();
  const big = file('big.csv', bytes, 'old');
  const first = await previews.of(big, { sheet: 0, offset: 0 }, ASKING);
  expect(first).toMatchObject({ kind: 'table', head: ['n', 'texto'], total: rows.length });
  const later = await previews.of(big, { sheet: 0, offset: 15_001 }, ASKING);
  expect(later).toEqual({ ...first, offset: 15_001, rows: rows.slice(15_001, 15_201) });
  expect(big.reads[1]).toBeLessThan(3 * 64 * 1024);

  const now = Buffer.from(bytes.toString().replaceAll('población', 'POBLACIÓN'));
  const changed = file('big.csv', now, 'new');
  expect(await previews.of(changed, { sheet: 0, offset: 15_002 }, ASKING)).toMatchObject({
    rows: expect.arrayContaining([['15002', `POBLACIÓN ${'y'.repeat(15_002 % 40)}`]]),
  });
  expect(changed.reads.at(-1)).toBe(now.length);

  const unsettled = file('u.csv', bytes, null);
  for (const offset of [0, 15_000]) await previews.of(unsettled, { sheet: 0, offset }, ASKING);
  expect(unsettled.reads).toEqual([bytes.length, bytes.length]);
}, 60_000);
