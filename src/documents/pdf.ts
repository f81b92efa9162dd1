/** PDF to text, page by page, columns in their order (W9). */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { getDocumentProxy } from 'unpdf';
import { type Piece, pageText } from './page-text.ts';
import { noTextInIt, pageHead } from './scanned-pages.ts';
import type { Text } from './types.ts';

/** Text that is taken from a document at most, and pages that are looked at. */
const MOST_CHARACTERS = 4_000_000;
const MOST_PAGES = 2_000;
/** Pages that are named where they have no text. */
const PAGES_NAMED = 20;

/** Where the maps of Chinese, Japanese and Korean fonts are that documents name and do not bring along. */
const MAPS = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** @throws what PDF.js throws for a damaged file */
export async function pdfToText(bytes: Buffer): Promise<Text> {
  const pdf = await open(bytes);
  if (pdf === 'encrypted') {
    return { problem: 'this PDF is protected by a password; ask the person for one that is not.' };
  }
  const parts: string[] = [];
  const empty: number[] = [];
  let size = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES) && size < MOST_CHARACTERS; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = pageText(items.flatMap((item) => ('str' in item ? [pieceOf(item)] : []))).trim();
    page.cleanup();
    if (text === '') empty.push(number);
    parts.push(`${pageHead(number, pdf.numPages)}\n${text}`);
    size += text.length;
  }
  if (empty.length === parts.length) {
    return { problem: noTextInIt(pdf.numPages, parts.length) };
  }
  if (parts.length < pdf.numPages)
    parts.push(`[pages after ${parts.length} of ${pdf.numPages} are left out here]`);
  if (empty.length > 0) parts.unshift(emptyPages(empty, pdf.numPages));
  return { chunks: parts.flatMap((part, n) => (n === 0 ? [part] : ['\n\n', part])) };
}

function emptyPages(empty: number[], all: number): string {
  const named = empty.slice(0, PAGES_NAMED).join(', ');
  const more = empty.length > PAGES_NAMED ? ', …' : '';
  return `(${empty.length} of ${all} pages are pictures, or blank, and have no text: ${named}${more}.)`;
}

function pieceOf(item: {
  str: string;
  hasEOL: boolean;
  transform: number[];
  width: number;
  height: number;
}): Piece {
  const [, , , , x = 0, y = 0] = item.transform;
  return { text: item.str, endsLine: item.hasEOL, x, y, width: item.width };
}

async function open(bytes: Buffer) {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      maxImageSize: 1,
      verbosity: 0,
      cMapUrl: `${MAPS}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${MAPS}/standard_fonts/`,
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') return 'encrypted';
    throw error;
  }
}
