/** A file that was made for a person, and what they should know of it. */
import type { ExportProblem, MadeFrom } from '../db/exports.ts';

export interface MadeFile {
  content: string | Uint8Array;
  problems: ExportProblem[];
  /** Of a document of the paper: what it is made of. */
  madeFrom?: MadeFrom;
}
