/** What the paper check says: one sentence about one place (O9, P20). */
import type { Problem } from '../exports/paper/ast.ts';

export interface CheckItem extends Problem {
  severity: 'error' | 'warning';
  /** What it is about, such as a path, a label, a key or a number: what a translated sentence needs to say the same. */
  about?: string;
}

/**
 * What makes a paper wrong for its reader. All else is for its writer to judge. Codes that an export or a style gives
 * (src/exports) mean the same here.
 */
const ERRORS = new Set([
  'figure_missing',
  'reference_unresolved',
  'citation_unresolved',
  'bibliography_unreadable',
  'bib_key_twice',
  'bib_retracted',
  'placeholder',
  'number_superseded',
]);

export function item(code: string, message: string, at: { line?: number; about?: string } = {}): CheckItem {
  return {
    code,
    message,
    severity: ERRORS.has(code) ? 'error' : 'warning',
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(at.about === undefined ? {} : { about: at.about.slice(0, MOST_ABOUT) }),
  };
}

const MOST_ABOUT = 300;

/** As much of a text as a sentence can quote. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST_QUOTED ? `${line.slice(0, MOST_QUOTED).toWellFormed()}…` : line;
}

const MOST_QUOTED = 80;
