/** Papers that exports are tried with, and what a document of one holds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getDocumentProxy } from 'unpdf';
import { unpack } from '../../src/documents/zip.ts';
import { makePaper, type PaperMade, type PaperTools } from '../../src/exports/make-paper.ts';
import { prepare } from '../../src/exports/opening.ts';
import type { PaperFormat } from '../../src/exports/paper/format.ts';
import { listStyles } from '../../src/exports/style.ts';

const PAPERS = join(import.meta.dirname, 'papers');

export function formulaCorpus(): string[] {
  return JSON.parse(readFileSync(join(PAPERS, 'formulas.json'), 'utf8'));
}

export interface MakeOptions {
  /** A folder of test/support/papers, whose files it is given. */
  sample?: string;
  source?: string;
  style?: string;
  files?: Record<string, Buffer>;
  /** Paths that were asked for. */
  asked?: string[];
  signal?: AbortSignal;
  onStep?: (step: string) => void;
}

export async function makeSample(
  tools: PaperTools,
  format: PaperFormat,
  { sample, source, style: id = 'article', files = {}, asked = [], signal, onStep = () => {} }: MakeOptions,
): Promise<PaperMade> {
  const folder = join(PAPERS, sample ?? 'none');
  const style = (await listStyles('/nonexistent')).styles.find((one) => one.id === id);
  if (style === undefined) throw new Error(`no style ${id}`);
  const paper = source ?? readFileSync(join(folder, 'paper.md'), 'utf8');
  return await makePaper(await prepare({ source: paper, title: 'Untitled', format, style }, tools), tools, {
    read: async (path) => {
      asked.push(path);
      if (files[path] !== undefined) return files[path];
      const file = join(folder, path);
      return existsSync(file) ? readFileSync(file) : { reason: 'there is no such file' };
    },
    onStep,
    person: { id: 'p', guest: false },
    signal: signal ?? new AbortController().signal,
  });
}

export async function madeSample(tools: PaperTools, format: PaperFormat, options: MakeOptions) {
  const made = await makeSample(tools, format, options);
  if ('refused' in made) throw new Error(made.refused);
  return made;
}

/** The files of a DOCX or a zip, as text. */
export function filesOf(bytes: Buffer): Map<string, string> {
  const files = unpack(bytes, () => true, 200 * 1024 ** 2);
  return new Map([...files].map(([name, content]) => [name, content.toString('utf8')]));
}

/** The text of a PDF's pages, white space as one space, and where its links lead. */
export async function readPdf(bytes: Buffer): Promise<{ pages: string[]; links: string[] }> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const pages: string[] = [];
  const links: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    pages.push(
      items
        .map((item) => ('str' in item ? item.str : ''))
        .join(' ')
        .replace(/\s+/g, ' '),
    );
    for (const { url } of await page.getAnnotations()) if (typeof url === 'string') links.push(url);
  }
  await document.destroy();
  return { pages, links };
}
