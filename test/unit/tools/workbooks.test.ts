import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { shownCell } from '../../../src/documents/cell-text.ts';
import { NODE_ENVIRONMENT, NODE_OPTIONS } from '../../../src/process/node-options.mjs';
import { makeFolder } from '../workspace/folder.ts';
import { type Bench, withBench } from './context.ts';
import { zipped } from './documents.ts';
import type { Measured } from './memory-of-reading.ts';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

async function read({ workspace, attempt }: Bench, name: string, bytes: Buffer, more = {}) {
  await workspace.write(`attachments/${name}`, bytes);
  return await attempt('read_attachment', { path: name, offset: null, limit: null, ...more });
}

/** What is read of a document of this folder's files. */
async function readFileOf(bench: Bench, name: string, more = {}) {
  return await read(bench, name, await readFile(new URL(`./files/${name}`, import.meta.url)), more);
}

/** A workbook of one sheet with these as the content of `sheetData`. */
function workbook(
  data: string,
  change: (part: string, text: string) => [string, string] = (...part) => part,
  more: Record<string, string> = {},
) {
  const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const parts: Record<string, string> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': `<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`,
  };
  return zipped(
    Object.fromEntries(Object.entries({ ...parts, ...more }).map(([name, text]) => change(name, text))),
  );
}

/** A table of just under 50 MB. */
function largeTable(cells: string, encoding: string): Buffer {
  const line = iconv.encode(`${cells}x\n`, encoding);
  return Buffer.alloc(50 * 1024 ** 2 - 1, line);
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await makeFolder();
  try {
    await use(folder.path);
  } finally {
    await folder.clear();
  }
}

/** Reads in a process of its own, whose memory nobody else uses. */
async function measureReading(folder: string, calls: unknown[]): Promise<Measured> {
  const script = fileURLToPath(new URL('./memory-of-reading.ts', import.meta.url));
  const args = [...NODE_OPTIONS, script, folder, JSON.stringify(calls)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...NODE_ENVIRONMENT, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout) as Measured;
}

/** A workbook of so many sheets with the same rows. */
function ofManySheets(count: number, data: string): Buffer {
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  const sheets = numbers.map((n) => `<sheet name="S${n}" sheetId="${n}" r:id="rId${n}"/>`).join('');
  const targets = numbers.map((n) => {
    const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet';
    return `<Relationship Id="rId${n}" Type="${type}" Target="worksheets/sheet${n}.xml"/>`;
  });
  const one = (name: string, text: string): [string, string] => {
    if (name === 'xl/workbook.xml') return [name, text.replace(/<sheet .*?\/>/, sheets)];
    return [
      name,
      name.endsWith('workbook.xml.rels') ? text.replace(/<Relationship .*?\/>/, targets.join('')) : text,
    ];
  };
  const part = `<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`;
  return workbook('', one, Object.fromEntries(numbers.map((n) => [`xl/worksheets/sheet${n}.xml`, part])));
}

test('W8: dates, times of day, durations, shares and prices are read as they are seen, merged and hidden is said, a formula without a value is itself', async () => {
  await withBench(async (bench) => {
    const { ok, result } = await readFileOf(bench, 'openpyxl.xlsx');
    expect(ok).toBe(true);
    expect(result.split('\n')).toEqual([
      'Workbook of 4 sheets: "Messung": 4 rows, 9 columns; "Hidden" (hidden): 1 rows, 2 columns; "Leer": empty; "Corner": the first 1 rows, 1 columns',
      '',
      '--- sheet "Messung": 4 rows, 9 columns; merged: A4:C4 ---',
      'when\tclock\tduration\tshare\tprice\tmoment\tyes\ttwice\tnote',
      '2024-02-29\t13:05:00\t36:05:00\t12.50%\t1,234.50 €\t2024-02-29 13:05:06\tTRUE\t=D2*2\ttwo lines',
      '',
      'merged head',
      '',
      '--- sheet "Hidden" (hidden): 1 rows, 2 columns ---',
      'secret\t1',
      '',
      '--- sheet "Leer": empty ---',
      '',
      '--- sheet "Corner": the first 1 rows, 1 columns ---',
      'first',
      '[left out here: the sheet goes on to row 1048576; the rest is for code, such as pandas.read_excel]',
    ]);
  });
});

test('W8: the other epoch, an error with its name, a formula with its value, a text in two styles', async () => {
  await withBench(async (bench) => {
    expect((await readFileOf(bench, 'xlsxwriter.xlsx')).result).toBe(
      '--- sheet "数据": 4 rows, 2 columns ---\n日期\t值\n2024-02-29\t#DIV/0!\n\t3\nhalf bold',
    );
  });
});

test('W8: hidden rows and columns are read and said, in ranges, twelve of them at most', async () => {
  const row = (n: number, attributes = '') =>
    `<row r="${n}"${attributes}><c r="A${n}"><v>${n}</v></c><c r="B${n}"><v>1</v></c><c r="C${n}"><v>2</v></c><c r="D${n}"><v>3</v></c></row>`;
  const hidden = ' hidden="1"';
  const some = [row(1), row(2, hidden), row(3, hidden), row(4), row(5, ' ht="0" customHeight="1"'), row(6)];
  const many = Array.from({ length: 30 }, (_, n) => row(n + 1, n % 2 === 0 ? hidden : ''));
  const cols =
    '<cols><col min="2" max="3" hidden="1" width="9"/><col min="5" max="16384" hidden="1" width="9"/></cols>';
  const withColumns = (part: string, text: string): [string, string] => [
    part,
    text.replace('<sheetData>', `${cols}<sheetData>`),
  ];
  await withBench(async (bench) => {
    const { result } = await read(bench, 'some.xlsx', workbook(some.join(''), withColumns));
    expect(result.split('\n').slice(0, 3)).toEqual([
      '--- sheet "S": 6 rows, 4 columns; hidden: rows 2-3, 5; columns B:C ---',
      '1\t1\t2\t3',
      '2\t1\t2\t3',
    ]);
    expect((await read(bench, 'many.xlsx', workbook(many.join('')))).result).toContain(
      'hidden: rows 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, … ---',
    );
    expect((await readFileOf(bench, 'openpyxl.xlsx')).result).not.toContain('; hidden');
  });
});

/** A workbook with a column of dates, one of times and one of durations, each with these numbers. */
function ofNumbers(numbers: number[], epoch: string) {
  const row = (value: number, n: number) =>
    `<row r="${n + 1}">${[0, 1, 2].map((style) => `<c s="${style}"><v>${value}</v></c>`).join('')}</row>`;
  const formats = ['yyyy-mm-dd', 'hh:mm:ss', '[h]:mm'];
  const styles = `<styleSheet xmlns="${main}"><numFmts count="3">${formats
    .map((code, n) => `<numFmt numFmtId="${170 + n}" formatCode="${code}"/>`)
    .join('')}</numFmts><cellXfs count="3">${formats
    .map((_, n) => `<xf numFmtId="${170 + n}" applyNumberFormat="1"/>`)
    .join('')}</cellXfs></styleSheet>`;
  const change = (part: string, text: string): [string, string] => [
    part,
    part === 'xl/workbook.xml'
      ? text.replace('<sheets>', `${epoch}<sheets>`)
      : text.replace(
          '</Relationships>',
          part.endsWith('workbook.xml.rels')
            ? '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>'
            : '</Relationships>',
        ),
  ];
  return workbook(numbers.map(row).join(''), change, { 'xl/styles.xml': styles });
}

test.each([
  ['1900', '', 2_958_466],
  ['1904', '<workbookPr date1904="1"/>', 2_957_004],
])(
  'W8: where Excel has no date to show, before %s and after 9999, the number stands',
  async (_, epoch, late) => {
    await withBench(async (bench) => {
      const numbers = [-1, -0.25, -1.5, late, 0.5];
      const { result } = await read(bench, 'numbers.xlsx', ofNumbers(numbers, epoch));
      expect(result.split('\n').slice(1, 6)).toEqual([
        '-1\t-1\t-1',
        '-0.25\t-0.25\t-0.25',
        '-1.5\t-1.5\t-1.5',
        `${late}\t${late}\t${late}`,
        '12:00:00\t12:00:00\t12:00',
      ]);
    });
  },
);

test('W8: a date that a workbook writes out instead of counting days is that date, however old', () => {
  expect(shownCell(new Date('1850-05-01T00:00:00Z'), undefined, null)).toBe('1850-05-01');
  expect(shownCell(new Date('1899-12-30T06:00:00Z'), undefined, null)).toBe('1899-12-30 06:00:00');
});

test('W8: an old workbook is read, and what it cannot tell is said', async () => {
  await withBench(async (bench) => {
    const { ok, result } = await readFileOf(bench, 'xlwt.xls');
    expect(ok).toBe(true);
    expect(result).toContain('formulas are shown by their stored values alone');
    expect(result).toContain('--- sheet "Alt": 2 rows, 2 columns ---\nGröße\twann\n1.5\t2024-02-29');
    expect(result).toContain('--- sheet "中文": 1 rows, 1 columns ---\n第二');
  });
});

test('W8: of a long sheet the first rows are read, the others are said to be left out, and the next sheet is read', async () => {
  await withBench(async (bench) => {
    const { result } = await readFileOf(bench, 'long.xlsx', { offset: 10_002 });
    expect(result).toMatch(
      /^9999\tLong 9999\n10000\tLong 10000\n\[left out here: the sheet goes on to row 12000; /,
    );
    expect(result).toContain('--- sheet "After": 2 rows, 2 columns ---\n1\tAfter 1\n2\tAfter 2');
  });
});

test.each([
  [
    'its parts have other names',
    workbook('<row r="1"><c r="A1"><v>7</v></c></row>', (name, text) => [
      name.replace('workbook.xml', 'workbook3.xml').replace('sheet1', 'sheetA'),
      text
        .replace('xl/workbook.xml', 'xl/workbook3.xml')
        .replace('worksheets/sheet1', '/xl/worksheets/sheetA'),
    ]),
    '7',
  ],
  [
    'its cells have no references',
    workbook('<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>'),
    '1\t2\n3',
  ],
  [
    'its elements have a prefix',
    workbook('<row r="1"><c r="A1"><v>7</v></c></row>', (name, text) => [
      name,
      /sheet1|workbook\.xml$/.test(name)
        ? text.replace('xmlns="', 'xmlns:x="').replace(/<(\/?)(\w)/g, '<$1x:$2')
        : text,
    ]),
    '7',
  ],
  [
    'it is of the strict variant',
    workbook('<row r="1"><c r="A1" t="d"><v>2024-02-29</v></c><c r="B1"><v>7</v></c></row>', (name, text) => [
      name,
      text
        .replaceAll(
          'http://schemas.openxmlformats.org/officeDocument/2006/',
          'http://purl.oclc.org/ooxml/officeDocument/',
        )
        .replaceAll(main, 'http://purl.oclc.org/ooxml/spreadsheetml/main'),
    ]),
    '2024-02-29\t7',
  ],
  [
    'one of its sheets is a chart',
    workbook(
      '<row r="1"><c r="A1"><v>7</v></c></row>',
      (name, text) => [
        name,
        text
          .replace('</sheets>', '<sheet name="Chart" sheetId="2" r:id="rId2"/></sheets>')
          .replace(
            '</Relationships>',
            name.startsWith('xl/')
              ? '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>'
              : '</Relationships>',
          ),
      ],
      { 'xl/chartsheets/sheet1.xml': `<chartsheet xmlns="${main}"><drawing/></chartsheet>` },
    ),
    '7\n\n--- sheet "Chart": .* ---\n\\[a sheet without cells, such as a chart, which is not read here\\]',
  ],
])('W8: a workbook is read although %s', async (_what, bytes, rows) => {
  await withBench(async (bench) => {
    const { ok, result } = await read(bench, 'a.xlsx', bytes);
    expect([ok, result]).toEqual([
      true,
      expect.stringMatching(new RegExp(`^(?:Workbook of .*\n\n)?--- sheet "S": .* ---\n${rows}$`)),
    ]);
  });
});

test('W8: a sheet that would be a hundred million rows of cells is read to its bound', async () => {
  await withBench(async (bench) => {
    const row = '<row><c><v>1</v></c></row>'.repeat(3_000_000);
    const { ok, result } = await read(bench, 'a.xlsx', workbook(row), { offset: 10_000 });
    expect([ok, result]).toEqual([true, expect.stringContaining('[left out here: the sheet goes on; ')]);
    const wide = await read(
      bench,
      'b.xlsx',
      workbook('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'),
    );
    expect(wide).toMatchObject({ ok: true, result: expect.stringContaining('1 rows, 1 columns') });
  });
});

test('W8: elements nested a hundred thousand deep are answered, not followed', async () => {
  await withBench(async (bench) => {
    const { result } = await read(bench, 'a.xlsx', workbook('<row>'.repeat(100_000)));
    expect(result.length).toBeLessThan(33_000);
  });
});

test.each([
  ['locked.xlsx', undefined, 'protected by a password; ask the person for a copy without one'],
  ['openpyxl.xlsx', 3_000, 'damaged'],
  ['xlwt.xls', 1_000, 'or one that was cut; ask the person for it'],
])('bad input: %s, cut at %s, is one sentence that names what would help', async (name, end, sentence) => {
  await withBench(async (bench) => {
    const bytes = await readFile(new URL(`./files/${name}`, import.meta.url));
    const { ok, result } = await read(bench, 'a', bytes.subarray(0, end));
    expect([ok, result]).toEqual([false, expect.stringContaining(sentence)]);
  });
});

test('W7, W8: 50 MB of CSV in two encodings, read from wherever, and a workbook of 30 sheets take no 64 MB of a worker', async () => {
  await withFolder(async (folder) => {
    const rows = (_: unknown, n: number) => `<row><c><v>${n}</v></c><c><v>${n / 7}</v></c></row>`;
    await mkdir(join(folder, 'attachments'), { recursive: true });
    const files = {
      'small.csv': iconv.encode('城市,1\n北京,2\n', 'gb18030'),
      'a.csv': largeTable('12345.678,'.repeat(9), 'utf8'),
      'b.csv': largeTable('北京,12345.678,'.repeat(6), 'gb18030'),
      'a.xlsx': ofManySheets(30, Array.from({ length: 3_000 }, rows).join('')),
    };
    for (const [name, bytes] of Object.entries(files))
      await writeFile(join(folder, 'attachments', name), bytes);
    const read = (path: string, offset: number) => ['read_attachment', { path, offset, limit: 10 }];
    const calls = [
      read('small.csv', 1),
      ...['a.csv', 'b.csv'].flatMap((path) => [1, 100_000, 300_000, 100_000].map((line) => read(path, line))),
      read('a.xlsx', 1),
    ];
    const { grewMegabytes, readings } = await measureReading(folder, calls);
    expect(readings.map(({ ok }) => ok)).toEqual(calls.map(() => true));
    expect(readings.at(3)?.end).toMatch(/\[lines 300000-300009[^\]]*; continue with offset 300010\]$/);
    // A part is found by reading on from the beginning: once for the encoding, once for the lines, whatever the offset.
    for (const { megabytes } of readings) expect(megabytes).toBeLessThan(2 * 50 + 1);
    expect(readings.at(5)?.end).toContain(',北京,12345.678,x\n');
    expect(grewMegabytes).toBeLessThan(64);
  });
});
