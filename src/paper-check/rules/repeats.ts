/** Paragraphs that stand twice, as they do when a section was written into two places. */
import { type CheckItem, item, quoted } from '../item.ts';
import type { Passage } from '../passages.ts';

/** A shorter one may well be meant. Chinese says as much in half the characters. */
const LEAST_LETTERS = 80;
const LEAST_WIDE = 40;

export function repeatedParagraphs(passages: readonly Passage[]): CheckItem[] {
  const first = new Map<string, number | undefined>();
  const items: CheckItem[] = [];
  for (const { kind, text, line } of passages) {
    if (kind !== 'paragraph') continue;
    const letters = text.replace(/[^\p{L}\p{N}]+/gu, '').toLowerCase();
    if (letters.length < (/[\u4e00-\u9fff]/.test(letters) ? LEAST_WIDE : LEAST_LETTERS)) continue;
    if (!first.has(letters)) {
      first.set(letters, line);
      continue;
    }
    const before = first.get(letters);
    items.push(
      item(
        'paragraph_repeated',
        `This paragraph stands ${before === undefined ? 'elsewhere' : `in line ${before}`} as well: "${quoted(text)}".`,
        { ...(line === undefined ? {} : { line }), about: quoted(text) },
      ),
    );
  }
  return items;
}
