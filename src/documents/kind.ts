/** What kind of document bytes are, by what they hold. */
import { readDirectory } from './zip.ts';

/** Documents that become text, archives that are listed, and what is none of these. */
export type DocumentKind =
  | 'pdf'
  | 'docx'
  | 'slides'
  | 'open-text'
  | 'workbook'
  | 'old-workbook'
  | 'old-office'
  | 'locked-office'
  | 'zip'
  | 'parquet'
  | 'text';

/** Bytes of a file's beginning by which documents are told. A PDF may have others before its own. */
export const START_BYTES = 1024;

const PDF = /%PDF-\d/;
/** At both ends of a Parquet file. */
const PARQUET = 'PAR1';
const OLD_OFFICE = '\xd0\xcf\x11\xe0';
/** An archive's first entry, or its end where it is empty. */
const ZIP = ['PK\x03\x04', 'PK\x05\x06'];

/** Whether the first bytes of a file may be those of a document or an archive. */
export function mayBeDocument(start: Buffer): boolean {
  const text = start.toString('latin1', 0, START_BYTES);
  return PDF.test(text) || [OLD_OFFICE, PARQUET, ...ZIP].some((beginning) => text.startsWith(beginning));
}

/** The kind of a whole file that may be a document. */
export function kindOfDocument(bytes: Buffer): DocumentKind {
  const start = bytes.toString('latin1', 0, START_BYTES);
  if (start.startsWith(OLD_OFFICE)) return kindOfOldOffice(bytes);
  if (start.startsWith(PARQUET)) return 'parquet';
  if (ZIP.some((beginning) => start.startsWith(beginning))) {
    return kindOfArchive(
      (readDirectory(bytes) ?? []).map(({ name }) => name),
      start,
    );
  }
  // A text may speak of PDF; one that is a PDF numbers its objects.
  return start.startsWith('%PDF-') || /\d \d+ obj\b/.test(bytes.toString('latin1', 0, 64 * 1024))
    ? 'pdf'
    : 'text';
}

/** By the names of the streams in it, which stand there in UTF-16. */
function kindOfOldOffice(bytes: Buffer): DocumentKind {
  const has = (name: string) => bytes.includes(Buffer.from(name, 'utf16le'));
  if (has('EncryptedPackage')) return 'locked-office';
  return has('Workbook') || has('Book') ? 'old-workbook' : 'old-office';
}

/** By the names of its parts, of which the folders tell; `start` is the archive's beginning. */
export function kindOfArchive(names: string[], start = ''): DocumentKind {
  if (names.some((name) => /^word\/\w*document\d*\.xml$/i.test(name))) return 'docx';
  if (names.some((name) => /^xl\/workbook\d*\.(?:xml|bin)$/i.test(name))) return 'workbook';
  if (names.some((name) => /^ppt\/slides\/slide\d+\.xml$/.test(name))) return 'slides';
  // OpenDocument says what it is in its first entry, which is never packed.
  const said = /opendocument\.(text|spreadsheet)/.exec(start)?.[1];
  if (said === 'spreadsheet') return 'workbook';
  return said === 'text' && names.includes('content.xml') ? 'open-text' : 'zip';
}
