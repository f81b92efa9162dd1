/** When an export is given again (O1): the key is the same as long as everything is that a document is made of. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PaperOrder, prepare } from '../../../src/exports/opening.ts';
import { paperKey } from '../../../src/exports/paper-key.ts';
import { listStyles, type Style } from '../../../src/exports/style.ts';

let folder: string;
let font: string;
let styles: Style[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pa-key-'));
  font = join(folder, 'font.otf');
  await writeFile(font, 'a font');
  styles = (await listStyles('/nonexistent')).styles;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const tools = (program = 'p') => ({
  program,
  chinese: async () => ({ serif: 'S', sans: 'S', files: [font] }),
});

function order(changes: Partial<PaperOrder> & { named?: string } = {}): PaperOrder {
  const { named = 'article', ...rest } = changes;
  const style = styles.find(({ id }) => id === named) as Style;
  return { source: '# A\n\nText.', title: 'T', format: 'pdf', style, ...rest };
}

async function keyOf(paper: PaperOrder, on: ReturnType<typeof tools>): Promise<string> {
  return await paperKey(await prepare(paper, on), on);
}

test('O1: the same paper in the same style has the same key, another text, style, format, title, report or program another one', async () => {
  const key = await keyOf(order(), tools());
  expect(await keyOf(order(), tools())).toBe(key);
  const others = await Promise.all([
    keyOf(order({ source: '# A\n\nText!' }), tools()),
    keyOf(order({ named: 'report' }), tools()),
    keyOf(order({ format: 'html' }), tools()),
    keyOf(order({ format: 'docx' }), tools()),
    keyOf(order({ title: 'U' }), tools()),
    keyOf(order({ behind: ['# Report'] }), tools()),
    keyOf(order(), tools('q')),
  ]);
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

test('O1: so has a file of the style or a font that has changed', async () => {
  const own = join(folder, 'style.typ');
  await writeFile(own, '#let paper(..given, body) = body');
  const style = { ...order().style, folder, typst: 'style.typ' };
  const key = await keyOf(order({ style }), tools());
  await writeFile(own, '#let paper(..given, body) = [#body]');
  const restyled = await keyOf(order({ style }), tools());
  await utimes(font, 1, 1);
  const refonted = await keyOf(order({ style }), tools());
  expect(new Set([key, restyled, refonted]).size).toBe(3);
});
