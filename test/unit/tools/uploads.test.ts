import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { openingOf } from '../../../src/activities/context/opening.ts';
import { seenFiles } from '../../../src/activities/context/seen-files.ts';
import { codeTools } from '../../../src/agents/tool-definitions.ts';
import { pngBytes } from '../workspace/images.ts';
import { type Bench, withBench } from './context.ts';
import { zipped } from './documents.ts';

const lines = [
  'attachments/cut.xlsx  3.9 KB',
  'attachments/german.csv  18 B  Windows-1252; 2 columns separated by semicolons; decimal commas; in Python: ' +
    'pandas.read_csv(path, encoding="cp1252", sep=";", decimal=",")',
  'attachments/head.csv  1.3 MB  UTF-8; 2 columns separated by commas; in Python: pandas.read_csv(path, encoding="utf-8")',
  'attachments/none.csv  0 B  empty',
  'attachments/openpyxl.xlsx  6.4 KB  4 sheets: "Messung", "Hidden" (hidden), "Leer", "Corner"; in Python: ' +
    'pandas.read_excel(path, sheet_name="Messung")',
  'attachments/p.png  45 B',
  'attachments/parts.zip  119 B',
];

const outlineOf = async () => 'an outline';

async function upload({ workspace }: Bench): Promise<void> {
  const workbook = await readFile(new URL('./files/openpyxl.xlsx', import.meta.url));
  const files: Record<string, string | Buffer> = {
    'cut.xlsx': workbook.subarray(0, 4_000),
    'german.csv': Buffer.from('Größe;n\n1,5;2\n2,5;3\n', 'latin1'),
    'head.csv': `a,é\n${'1,2\n'.repeat(350_000)}`,
    'none.csv': '',
    'openpyxl.xlsx': workbook,
    'p.png': pngBytes(4, 5),
    'parts.zip': zipped({ a: 'b' }),
  };
  for (const [name, content] of Object.entries(files)) await workspace.write(`attachments/${name}`, content);
}

test('W7, W8: uploads are listed with what a first script must know of them', async () => {
  await withBench(async (bench) => {
    await upload(bench);
    const listed = (await bench.attempt('list_attachments', {})).result.split('\n');
    expect(listed.map((line) => line.replace(/ {2}[\d.]+ K?M?B/, ''))).toEqual(
      lines.map((line) => line.replace(/ {2}[\d.]+ K?M?B/, '')),
    );
  });
});

test('W7, W8: both agents are told of uploads where their turn begins, within what an opening may have', async () => {
  await withBench(async (bench) => {
    const { workspace } = bench;
    expect(
      await openingOf(seenFiles(workspace), { most: 8_000, packages: undefined, outlineOf }),
    ).not.toContain('What the uploaded files are');
    await upload(bench);
    for (const packages of [undefined, []]) {
      const opening = await openingOf(seenFiles(workspace), { most: 8_000, packages, outlineOf });
      expect(opening).toContain('What the uploaded files are:\n');
      expect(opening).toContain('pandas.read_csv(path, encoding="cp1252", sep=";", decimal=",")');
      expect(opening).toContain('sheet_name="Messung"');
      expect((await openingOf(seenFiles(workspace), { most: 800, packages, outlineOf })).length).toBeLessThan(
        1_000,
      );
    }
  });
});

test('the code agent reads uploads by the same tool', async () => {
  await withBench(async (bench) => {
    await upload(bench);
    expect(codeTools.map(({ name }) => name)).toContain('read_attachment');
    const { result } = await bench.attempt('read_attachment', { path: 'openpyxl.xlsx' }, { agent: 'code-1' });
    expect(result).toContain('--- sheet "Messung"');
  });
});

test('uploads that are many are looked into where they came last, and listed all', async () => {
  await withBench(async (bench) => {
    for (let n = 10; n < 40; n += 1) await bench.workspace.write(`attachments/f${n}.csv`, 'a;b\n1;2\n');
    const listed = (await bench.attempt('list_attachments', {})).result.split('\n');
    expect(listed).toHaveLength(30);
    expect(listed.filter((line) => line.includes('semicolons'))).toHaveLength(20);
  });
});
