/** What a first script must know of a file: encoding, separator, sheets, in a line, by looking at little of it (W7, W8). */
import type { Readable } from 'node:stream';
import { kindOfArchive, mayBeDocument, START_BYTES } from './kind.ts';
import { isUnusual, sayTextFacts, textFactsOf } from './text-facts.ts';
import { BadArchive, readDirectory, unpackStart } from './zip.ts';

/** A file that can be read in part. */
export interface FileInParts {
  name: string;
  size: number;
  read(offset: number, limit: number): Promise<Buffer>;
  open(): Promise<Readable>;
}

/** Bytes of a text that are looked at, of an archive's end, and of the list of a workbook's sheets. */
const TEXT_BYTES = 1024 ** 2;
const DIRECTORY_BYTES = 256 * 1024;
const SHEETS_BYTES = 256 * 1024;
const SHEETS_NAMED = 10;
const NAME_CHARACTERS = 60;

/** The line, or null where the file's name says as much. */
export async function uploadFactsOf(file: FileInParts): Promise<string | null> {
  const start = await file.read(0, START_BYTES);
  if (start.length === 0) return 'empty';
  if (start.toString('latin1', 0, 4) === 'PK\x03\x04') return await archiveFacts(file);
  if (mayBeDocument(start)) return null;
  const facts = await textFactsOf(file.name, () => file.open(), TEXT_BYTES);
  return facts !== null && (facts.table !== null || isUnusual(facts)) ? sayTextFacts(facts) : null;
}

async function archiveFacts(file: FileInParts): Promise<string | null> {
  const from = Math.max(0, file.size - DIRECTORY_BYTES);
  const entries = readDirectory(await file.read(from, DIRECTORY_BYTES), from);
  if (entries === null || kindOfArchive(entries.map(({ name }) => name)) !== 'workbook') return null;
  const workbook = entries.find(({ name }) => /^xl\/workbook\d*\.xml$/i.test(name));
  if (workbook === undefined) return null;
  try {
    const packed = await file.read(workbook.offset, Math.min(workbook.compressedSize, SHEETS_BYTES) + 1024);
    const { content } = await unpackStart(packed, { ...workbook, offset: 0 }, SHEETS_BYTES);
    return sheetFacts(content.toString('utf8'));
  } catch (error) {
    // Whoever reads the file is told.
    if (error instanceof BadArchive) return null;
    throw error;
  }
}

function sheetFacts(workbook: string): string | null {
  const sheets = [...workbook.matchAll(/<(?:\w+:)?sheet\s([^>]*)>/g)].map(([, attributes = '']) => ({
    name: plain(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? ''),
    isHidden: /\bstate="\w*[hH]idden"/.test(attributes),
  }));
  const [first] = sheets.filter(({ isHidden }) => !isHidden);
  if (first === undefined) return null;
  const named = sheets
    .slice(0, SHEETS_NAMED)
    .map(({ name, isHidden }) => `"${name}"${isHidden ? ' (hidden)' : ''}`);
  const more = sheets.length > named.length ? `, and ${sheets.length - named.length} more` : '';
  const count = sheets.length === 1 ? 'sheet' : `${sheets.length} sheets:`;
  return `${count} ${named.join(', ')}${more}; in Python: pandas.read_excel(path, sheet_name="${first.name}")`;
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

function plain(text: string): string {
  const name = text.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
  return name
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .slice(0, NAME_CHARACTERS)
    .toWellFormed();
}
