/** What a person has selected of the paper as it is drawn. */
import type { Passage } from './passage.ts';

/** What is selected there; null where that is nothing. */
export function passageIn(range: Range, within: HTMLElement): Passage | null {
  const text = plain(range);
  if (text === '') return null;
  const headings = [...within.querySelectorAll<HTMLElement>('h1, h2, h3, h4, h5, h6')];
  const above = headings.findLast((heading) => range.comparePoint(heading, 0) <= 0);
  return { text, section: above?.textContent?.trim() || null };
}

/** A table, or another part of the paper, as a whole. */
export function passageOf(part: HTMLElement, within: HTMLElement): Passage | null {
  const range = document.createRange();
  range.selectNodeContents(part);
  return passageIn(range, within);
}

/** Its words: a formula as it is written, for what KaTeX draws is said twice; a table's row as one line. */
function plain(range: Range): string {
  const copy = range.cloneContents();
  for (const formula of copy.querySelectorAll<HTMLElement>('[data-set]'))
    formula.textContent = `$${formula.dataset.set}$`;
  for (const row of copy.querySelectorAll('tr'))
    row.textContent = [...row.cells].map((cell) => cell.textContent.trim()).join(' | ');
  return [...copy.childNodes]
    .map((node) => node.textContent ?? '')
    .join('\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
