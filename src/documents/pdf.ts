/** PDF to text, page by page. */
import { getDocumentProxy } from 'unpdf';
import type { Text } from './convert.ts';

/** Text that is taken from a document at most, and pages that are looked at. */
const MOST_CHARACTERS = 4_000_000;
const MOST_PAGES = 2_000;

/** @throws what PDF.js throws for a damaged file */
export async function pdfToText(bytes: Buffer): Promise<Text> {
  const pdf = await open(bytes);
  if (pdf === 'encrypted') {
    return { problem: 'this PDF is protected by a password; ask the person for one that is not.' };
  }
  const parts: string[] = [];
  let size = 0;
  let found = false;
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES) && size < MOST_CHARACTERS; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
    page.cleanup();
    found ||= text.trim() !== '';
    parts.push(`--- page ${number} of ${pdf.numPages} ---\n${text.trim()}`);
    size += text.length;
  }
  if (!found) {
    const problem = `this PDF of ${pdf.numPages} pages has no text in it; its pages are probably scanned images.`;
    return { problem };
  }
  return { chunks: [parts.join('\n\n')] };
}

async function open(bytes: Buffer) {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), { maxImageSize: 1, verbosity: 0 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') return 'encrypted';
    throw error;
  }
}
