/** Pages of a PDF that are pictures: how a reading tells of them, and which ones a model that sees is shown (W10). */

/** What is said of a PDF that has no text, of which so many pages were looked at. */
export function noTextInIt(pages: number, looked: number): string {
  return (
    `this PDF of ${pages} pages has no text in it: ${looked} of ${pages} pages are pictures, probably scanned. ` +
    'If you see pictures, pages are shown to you behind this, from the one that offset names, a few at a time. Else ask ' +
    'the person for a version with text in it, or for what is needed of it.'
  );
}

export function pageHead(number: number, pages: number): string {
  return `--- page ${number} of ${pages} ---`;
}

const ALL_PICTURES = /this PDF of (\d+) pages has no text in it/;
const EMPTY_PAGE = /^--- page (\d+) of \d+ ---\n(?=\n--- page |\n*$|\n\[)/gm;

/**
 * The pages that are shown behind a reading of a PDF, by what it told: those without text among what it gave, or from
 * `offset` on where there is no text at all.
 */
export function pagesToShow(told: string, offset: number, most: number): number[] {
  const pages = Number(ALL_PICTURES.exec(told)?.[1] ?? 0);
  if (pages > 0) {
    const first = Math.max(1, offset);
    return Array.from({ length: Math.max(0, Math.min(most, pages - first + 1)) }, (_, n) => first + n);
  }
  return [...told.matchAll(EMPTY_PAGE)].slice(0, most).map(([, number]) => Number(number));
}
