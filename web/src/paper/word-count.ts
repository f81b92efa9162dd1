/** How long a paper is, as its readers count (V46). Pure. */

/** What is no reading: comments, code and formulas set apart, where links and pictures lead, labels, tables' rules. */
const UNREAD = [
  /^---\n[\s\S]*?\n---\n/,
  /<!--[\s\S]*?-->/g,
  /^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gm,
  /\$\$[\s\S]*?\$\$/g,
  /\]\([^)]*\)/g,
  /\{#[^}]*\}/g,
  /^[|:\s-]+$/gm,
  /<[^>\n]+>/g,
];
/** A character of these scripts is counted by itself. */
const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
/** A word, a number with its point and exponent, a formula within a line. */
const WORDS = /\$[^$\n]+\$|[\p{L}\p{N}]+(?:[.,'’\-−/][\p{L}\p{N}]+)*/gu;

/** Words, and characters where a script has no gaps between words. */
export function countWords(markdown: string): number {
  const read = UNREAD.reduce((text, part) => text.replace(part, ' '), markdown.replaceAll('\r\n', '\n'));
  const signs = read.match(SIGNS)?.length ?? 0;
  return signs + (read.replace(SIGNS, ' ').match(WORDS)?.length ?? 0);
}
