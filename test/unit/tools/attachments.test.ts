import { expect, test } from '@jest/globals';
import { htmlToText } from '../../../src/documents/html-to-text.ts';
import { BadArchive, listArchive, unpack } from '../../../src/documents/zip.ts';
import { pngBytes } from '../workspace/images.ts';
import { type Bench, withBench } from './context.ts';
import { docxBytes, encryptedPdf, paragraph, pdfBomb, pdfBytes, xlsxBytes, zipped } from './documents.ts';

async function read({ workspace, attempt }: Bench, name: string, bytes: string | Buffer, more = {}) {
  await workspace.write(`attachments/${name}`, bytes);
  return attempt('read_attachment', { path: `attachments/${name}`, offset: null, limit: null, ...more });
}

test('F6: attachments are listed with their sizes', async () => {
  await withBench(async (bench) => {
    await bench.workspace.write('attachments/data.csv', 'a,b\n');
    await bench.workspace.write('attachments/sub/x.pdf', 'x');
    const { result } = await bench.attempt('list_attachments', {});
    expect(result).toBe('attachments/data.csv  4 B\nattachments/sub/x.pdf  1 B');
    await bench.workspace.remove('attachments');
    expect(await bench.attempt('list_attachments', {})).toMatchObject({ ok: true });
  });
});

test('F6: text, CSV and JSON are read as they are, with or without the folder in the path', async () => {
  await withBench(async (bench) => {
    expect(await read(bench, 'd.csv', 'x,y\n1,2\n')).toMatchObject({ ok: true, result: 'x,y\n1,2' });
    expect(await read(bench, 'd.json', '{"a": 1}')).toMatchObject({ ok: true, result: '{"a": 1}' });
    expect(await bench.attempt('read_attachment', { path: 'd.csv', offset: 2, limit: 1 })).toMatchObject({
      result: '1,2\n\n[lines 2-2 of 2]',
    });
    expect((await read(bench, 'p.png', pngBytes(4, 5))).result).toContain('4 x 5 pixels');
    expect(await bench.attempt('read_attachment', { path: 'none.csv' })).toMatchObject({ ok: false });
    expect(await bench.attempt('read_attachment', { path: '../paper.md' })).toMatchObject({ ok: false });
  });
});

test('F6: a PDF becomes its pages of text', async () => {
  await withBench(async (bench) => {
    expect(await read(bench, 'a.pdf', pdfBytes(['Hello', 'World']))).toMatchObject({
      ok: true,
      result: '--- page 1 of 2 ---\nHello\n\n--- page 2 of 2 ---\nWorld',
    });
    expect((await read(bench, 'scan.pdf', pdfBytes(['']))).result).toContain('scanned');
  });
});

test('F6: a Word document keeps headings, lists of words and tables', async () => {
  await withBench(async (bench) => {
    const cell = (text: string, columns = 1) =>
      `<w:tc><w:tcPr><w:gridSpan w:val="${columns}"/></w:tcPr>${paragraph(text)}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell('over both', 2)}${cell('z')}</w:tr><w:tr>${cell('x')}${cell('y')}</w:tr><w:tr>${cell('1')}${cell('2')}</w:tr></w:tbl>`;
    const body =
      paragraph('Title', 'Heading1') + paragraph('Some &lt;text&gt; &amp; 方法') + table + paragraph('End');
    expect(await read(bench, 'a.docx', docxBytes(body))).toMatchObject({
      ok: true,
      result: '# Title\n\nSome <text> & 方法\n\nover both\t\tz\nx\ty\n1\t2\n\nEnd',
    });
    expect(await read(bench, 'empty.docx', docxBytes(''))).toMatchObject({ ok: false });
  });
});

test('F6: a workbook becomes tab-separated lines, and is read in part', async () => {
  await withBench(async (bench) => {
    const rows = [
      ['name', 'value'],
      ['a', 1.5],
      ['b', 2],
    ];
    const result = '--- sheet "Data": 3 rows, 2 columns ---\nname\tvalue\na\t1.5\nb\t2';
    expect(await read(bench, 'a.xlsx', xlsxBytes('Data', rows))).toMatchObject({ ok: true, result });
    expect((await read(bench, 'a.xlsx', xlsxBytes('Data', rows), { offset: 4, limit: 1 })).result).toContain(
      'b\t2',
    );
  });
});

test('a file is what its content says, whatever its name', async () => {
  await withBench(async (bench) => {
    expect((await read(bench, 'a.csv', pdfBytes(['Hello']))).result).toContain('Hello');
    expect((await read(bench, 'a.pdf', 'a,b\n')).result).toBe('a,b');
  });
});

test.each([
  ['a PDF behind a password', encryptedPdf, 'protected by a password'],
  ['a cut PDF', pdfBytes(['Hello']).subarray(0, 60), 'damaged'],
  ['a PDF of rubbish', Buffer.from(`%PDF-1.7\n${'x'.repeat(1000)}`), 'damaged'],
  ['a cut workbook', xlsxBytes('S', [['a']]).subarray(0, 300), 'damaged'],
  ['a workbook of rubbish', zipped({ 'xl/workbook.xml': '<<<' }), 'damaged'],
  ['a Word document of rubbish', zipped({ 'word/document.xml': 'x' }), 'damaged'],
  ['an encrypted or old Office document', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'without a password'],
])('%s is a result that says so', async (_what, bytes, sentence) => {
  await withBench(async (bench) => {
    const { ok, result } = await read(bench, 'file', bytes);
    expect([ok, result]).toEqual([false, expect.stringContaining(sentence)]);
  });
});

test('A7: an archive is listed and never unpacked', async () => {
  await withBench(async (bench) => {
    const { ok, result } = await read(bench, 'a.zip', zipped({ '../../evil.txt': 'x', 'data/a.csv': 'a,b' }));
    expect(ok).toBe(true);
    expect(result).toContain('../../evil.txt  1 B\ndata/a.csv  3 B');
    expect((await bench.workspace.list()).entries.filter((entry) => entry.kind === 'file')).toHaveLength(1);
  });
});

test('A7: a zip bomb is refused within its bound, as a document and in many entries', async () => {
  const zeros = Buffer.alloc(80 * 1024 ** 2);
  const bomb = zipped({ 'xl/workbook.xml': '<workbook/>', 'xl/worksheets/sheet1.xml': zeros });
  expect(bomb.length).toBeLessThan(200_000);
  await withBench(async (bench) => {
    const { ok, result } = await read(bench, 'bomb.xlsx', bomb);
    expect([ok, result]).toEqual([false, expect.stringContaining('too large once unpacked')]);
  });
  const many = zipped(
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}.xml`, Buffer.alloc(100_000)])),
  );
  expect(() => unpack(many, () => true, 1_000_000)).toThrow(BadArchive);
  expect(unpack(many, () => true, 2_000_000).size).toBe(20);
});

test('A7: an archive that lies about its sizes is held to its bound all the same', () => {
  const archive = zipped({ 'a.xml': Buffer.alloc(1_000_000) });
  const central = archive.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  archive.writeUInt32LE(10, central + 24);
  expect(() => unpack(archive, () => true, 100_000)).toThrow('too large');
});

test('no damage to an archive makes its reader throw anything but that it is bad', () => {
  const archive = xlsxBytes('S', [['a', 1]]);
  for (let at = 0; at < archive.length; at += 1) {
    const damaged = Buffer.from(archive);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    listArchive(damaged);
    try {
      unpack(damaged, () => true, 1_000_000);
    } catch (error) {
      expect(error).toBeInstanceOf(BadArchive);
    }
  }
});

test('a long document is read to its bound and in parts', async () => {
  await withBench(async (bench) => {
    const rows = Array.from({ length: 5_000 }, (_, n) => [`row ${n}`, n]);
    const { result } = await read(bench, 'long.xlsx', xlsxBytes('S', rows));
    expect(result.length).toBeLessThan(33_000);
    expect(result).toContain('of 5001; continue with offset 2001]');
  });
});

test('D9: stopping ends the reading of a document', async () => {
  await withBench(async (bench) => {
    await bench.workspace.write('attachments/a.pdf', pdfBytes(Array.from({ length: 500 }, () => 'Hello')));
    const stop = new AbortController();
    const reading = bench.attempt('read_attachment', { path: 'a.pdf' }, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
  });
});

test('HTML of Word documents becomes text with nested lists', () => {
  const html =
    '<p>A<br />b</p><ul><li>one<ul><li>two</li></ul></li><li>three</li></ul><p><img src="" />x &lt;</p>';
  expect(htmlToText(html)).toBe('A\nb\n\n- one\n  - two\n- three\n\n[image]x <');
});

test('SR-H5: eight PDFs at once whose streams are bombs are refused, within a bounded memory', async () => {
  await withBench(async (bench) => {
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    const bombs = [pdfBomb(250_000_000, 1), pdfBomb(250_000_000, 2)];
    most = process.memoryUsage.rss();
    const start = most;
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => read(bench, `bomb${n}.pdf`, bombs[n % 2] ?? '')),
    );
    clearInterval(look);
    for (const { ok, result } of results) {
      expect([ok, result]).toEqual([false, expect.stringContaining('needs more memory than a document may')]);
    }
    expect((most - start) / 1024 ** 2).toBeLessThan(700);
    expect((await read(bench, 'a.pdf', pdfBytes(['Hello']))).result).toContain('Hello');
  });
});
