/** What the program that makes a document is asked, and what it says (src/exports/program/). */
import type { Problem } from './paper/ast.ts';
import type { PaperFormat } from './paper/format.ts';
import type { Style } from './style.ts';

export interface Job {
  source: string;
  /** What stands behind the paper, on pages that are not counted: Markdown, each with its title. */
  behind: readonly string[];
  /** Of the Work: where the paper says none. */
  title: string;
  format: PaperFormat;
  style: Pick<Style, 'id' | 'front' | 'contents' | 'numbersSections' | 'latex' | 'checks' | 'languages'>;
  /** The style's typst file and its citation style, of the paper's language. */
  texts: Record<'en' | 'zh', { typst: string; csl: string }>;
  /** What styles share in typst. */
  common: string;
  /** Families of fonts with Chinese glyphs; null where there are none. */
  chinese: { serif: string; sans: string } | null;
}

/** Ways that bytes go to the program: Word's reference documents by language, fonts, then files of the Work. */
export interface Opening {
  job: Job;
  /** What the attached bytes are: `reference-en`, `reference-zh` or `font`. */
  attached: string[];
}

/** The program names the files of the Work that it wants; `null` in the answer: there is none, or it is no regular file. */
export type FromProgram =
  | { say: 'want'; paths: string[] }
  | { say: 'step'; step: ExportStep }
  | { say: 'made'; problems: Problem[]; pages: number | null }
  | { say: 'refused'; reason: string };

export interface Files {
  files: ({ found: true } | { found: false; reason: string })[];
}

export type ExportStep = 'reading' | 'formulas' | 'references' | 'setting';

/** A single picture's most bytes, of all together, and pixels of one (O10): a small file may hold a huge picture. */
export const PICTURE_BYTES = 20 * 1024 ** 2;
export const PICTURES_BYTES = 100 * 1024 ** 2;
export const PICTURE_PIXELS = 40_000_000;
export const MOST_PICTURES = 300;

/** Bytes of a document that is made. */
export const MOST_DOCUMENT_BYTES = 150 * 1024 ** 2;

/** Of memory that the program may hold; a paper of nine pages with six figures takes half of it. */
export const MOST_MEMORY_BYTES = 1024 ** 3;
