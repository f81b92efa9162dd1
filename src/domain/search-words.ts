/**
 * The words by which a message is found (H8), of texts and of what is looked for alike. Chinese, Japanese and Korean are
 * written without spaces: each two characters that follow each other are a word, and the last one by itself, so that one
 * character is found as what such a word begins with. Pure.
 */

/** Of a text, in UTF-16 code units: what stands behind is not found. */
export const SEARCHED_CHARACTERS = 20_000;
/** Different words of a text. */
const MOST_WORDS = 4_000;
/** Of a word: what is longer is a hash, a path or an address. */
const MOST_WORD_CHARACTERS = 64;
/** Words of what is looked for. */
const MOST_ASKED = 16;
/** Shorter beginnings are those of too many words. */
const LEAST_BEGINNING = 3;

const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+|[\p{L}\p{N}\p{M}_]+/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]/u;

/** Words, each once, in the order of the text. */
export function searchWords(text: string): string[] {
  const found = new Set<string>();
  for (const run of runsOf(text.slice(0, SEARCHED_CHARACTERS))) {
    for (const word of isUnspaced(run) ? pairsOf(run) : [run]) {
      // Within a run too: a page of Chinese may be one.
      if (found.size >= MOST_WORDS) return [...found];
      found.add(word);
    }
  }
  return [...found];
}

/** A word that is looked for: as it is, or all that begin with it. */
export interface AskedWord {
  word: string;
  isBeginning: boolean;
}

/** What is looked for by these words: all of them; the last one may still be being typed. */
export function askedWords(asked: string): AskedWord[] {
  const runs = runsOf(asked);
  const words = runs.flatMap((run, index): AskedWord[] => {
    if (!isUnspaced(run)) {
      const isLast = index === runs.length - 1;
      return [{ word: run, isBeginning: isLast && [...run].length >= LEAST_BEGINNING }];
    }
    const characters = [...run];
    if (characters.length === 1) return [{ word: run, isBeginning: true }];
    return pairsOf(run)
      .slice(0, -1)
      .map((word) => ({ word, isBeginning: false }));
  });
  return words.slice(0, MOST_ASKED);
}

/** Those that an index of everybody's words is asked for: what begins with one character is too many of them. */
export function narrowWords(words: readonly AskedWord[]): AskedWord[] {
  return words.filter(({ word, isBeginning }) => !isBeginning || [...word].length > 1);
}

function runsOf(text: string): string[] {
  return (text.toWellFormed().toLowerCase().match(RUNS) ?? []).flatMap(splitMixed);
}

/** A run of letters may hold both kinds: `用Python画` is three. */
function splitMixed(run: string): string[] {
  if (isUnspaced(run)) return [run];
  return run
    .split(/([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+)/u)
    .filter((part) => part !== '')
    .map((part) => (isUnspaced(part) ? part : [...part].slice(0, MOST_WORD_CHARACTERS).join('')));
}

function isUnspaced(run: string): boolean {
  return UNSPACED.test(run);
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** A piece of a text, and whether it is what was looked for. */
export interface SnippetPart {
  text: string;
  hit: boolean;
}

/** Characters before the first hit, and of the whole. */
const BEFORE = 40;
const SNIPPET_CHARACTERS = 160;

/** The place of a text where it has what was looked for, in one line, with that marked. */
export function snippetOf(text: string, asked: string): SnippetPart[] {
  const searched = text.slice(0, SEARCHED_CHARACTERS);
  const lower = searched.toLowerCase();
  // Lower case may be longer, as of İ: then no place in the one is a place in the other.
  const hay = lower.length === searched.length ? lower : searched;
  const whole = asked.trim().toLowerCase();
  const needles = hay.includes(whole) ? [whole] : runsOf(asked);
  const at = Math.max(0, Math.min(...needles.map((needle) => placeOf(hay, needle))));
  const start = boundary(searched, Math.max(0, Number.isFinite(at) ? at - BEFORE : 0));
  const end = boundary(searched, Math.min(searched.length, start + SNIPPET_CHARACTERS));
  const parts: SnippetPart[] = start > 0 ? [{ text: '…', hit: false }] : [];
  for (let from = start; from < end; ) {
    const next = nextHit(hay, needles, from, end);
    if (next === null) {
      parts.push({ text: oneLine(searched.slice(from, end)), hit: false });
      break;
    }
    if (next.at > from) parts.push({ text: oneLine(searched.slice(from, next.at)), hit: false });
    parts.push({ text: oneLine(searched.slice(next.at, next.end)), hit: true });
    from = next.end;
  }
  if (end < searched.length) parts.push({ text: '…', hit: false });
  return parts;
}

/** Whether a text has what was looked for as it was typed. */
export function hasAsked(text: string, asked: string): boolean {
  return text.slice(0, SEARCHED_CHARACTERS).toLowerCase().includes(asked.trim().toLowerCase());
}

function placeOf(hay: string, needle: string): number {
  const at = hay.indexOf(needle);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

function nextHit(
  hay: string,
  needles: readonly string[],
  from: number,
  end: number,
): { at: number; end: number } | null {
  let best: { at: number; end: number } | null = null;
  for (const needle of needles) {
    const at = hay.indexOf(needle, from);
    if (needle === '' || at < 0 || at >= end || (best !== null && at >= best.at)) continue;
    best = { at, end: Math.min(end, at + needle.length) };
  }
  return best;
}

/** Never within a surrogate pair. */
function boundary(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
