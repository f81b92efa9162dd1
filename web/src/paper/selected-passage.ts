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

/** Its words: a formula as it is written, for what KaTeX draws is said twice. */
function plain(range: Range): string {
  const copy = range.cloneContents();
  for (const formula of copy.querySelectorAll<HTMLElement>('[data-set]'))
    formula.textContent = `$${formula.dataset.set}$`;
  return [...copy.childNodes]
    .map((node) => node.textContent ?? '')
    .join('\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
