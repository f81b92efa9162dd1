/** Titles as a model gives them, made fit to stand on a heading line. */
import { collapse } from './plain-text.ts';

/**
 * One line, without the number signs a model may have put before it. A run of number signs at the end, which
 * Markdown would take for the heading's closing, is escaped. Null where nothing is left.
 */
export function cleanTitle(title: string): string | null {
  const text = collapse(title).replace(/^#{1,6}(?: |$)/, '');
  if (text === '') return null;
  return text.replace(/(^|[ \t])(#+)$/, '$1\\$2');
}
