/** A passage of the paper that a message is about. */

export interface Passage {
  text: string;
  /** The title of the section that it stands in. */
  section: string | null;
}

/** Longer ones are cut, in UTF-16 code units: the agent has the file, and finds the rest. */
const MOST_CHARACTERS = 1_200;

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

/** The beginning of a message about it; `about` says what it is, in the person's language. */
export function quoted(passage: Passage, about: string): string {
  const cut = passage.text.length > MOST_CHARACTERS;
  const text = cut ? `${passage.text.slice(0, MOST_CHARACTERS).toWellFormed()}…` : passage.text;
  return `${about}\n${text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
}
