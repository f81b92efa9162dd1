/** What kind of document bytes are, by what they hold. */
import { readDirectory } from './zip.ts';

/** Documents that become text. */
export type DocumentKind = 'pdf' | 'docx' | 'xlsx';

const PDF = '%PDF-';
const OLD_OFFICE = '\xd0\xcf\x11\xe0';
/** An archive's first entry, or its end where it is empty. */
const ZIP = ['PK\x03\x04', 'PK\x05\x06'];

/** Whether the first bytes of a file are those of a document or an archive. */
export function mayBeDocument(start: Buffer): boolean {
  const text = start.toString('latin1');
  return [PDF, OLD_OFFICE, ...ZIP].some((beginning) => text.startsWith(beginning));
}

/** The kind of a whole file that may be a document. */
export function kindOfDocument(bytes: Buffer): DocumentKind | 'zip' | 'old-office' {
  const start = bytes.toString('latin1', 0, 8);
  if (start.startsWith(PDF)) return 'pdf';
  if (start.startsWith(OLD_OFFICE)) return 'old-office';
  const names = new Set(readDirectory(bytes)?.map((entry) => entry.name));
  if (names.has('word/document.xml')) return 'docx';
  return names.has('xl/workbook.xml') ? 'xlsx' : 'zip';
}
