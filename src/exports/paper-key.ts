/**
 * What a document is made of, as one hash (O1). Who has a document of the same key, and whose pictures and references
 * are what they were, has the document that would be made.
 */
import { createHash } from 'node:crypto';
import type { PaperTools } from './make-paper.ts';
import { missingFormats } from './missing-formats.ts';
import { fontStates, type Prepared } from './opening.ts';

/** SHA-256 as lower-case hex: of text, title, style with its files, fonts, and the program itself. */
export async function paperKey(prepared: Prepared, tools: Pick<PaperTools, 'program'>): Promise<string> {
  const { job, references } = prepared;
  // What is not installed makes other documents: HTML in our own words (O11).
  const around = [tools.program, missingFormats(), await fontStates(prepared)];
  const hash = createHash('sha256').update(JSON.stringify([job, around]));
  for (const [name, bytes] of references) hash.update(`\0${name} ${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}
