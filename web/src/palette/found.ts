/** What the palette finds among the commands. Pure. */

/** Whether each word of `query` begins a word of `label`, or, where a script has no spaces, stands in it. */
export function matches(label: string, query: string): boolean {
  const words = normal(label);
  return normal(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) =>
      /^[\p{L}\p{N}]/u.test(word) && isAlphabetic(word) ? begins(words, word) : words.includes(word),
    );
}

/** Where the arrow keys lead, from one end to the other; -1 where there is nothing. */
export function stepped(at: number, by: number, count: number): number {
  return count === 0 ? -1 : (at + by + count) % count;
}

function begins(words: string, word: string): boolean {
  return words.split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(word));
}

function isAlphabetic(word: string): boolean {
  return !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word);
}

function normal(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
