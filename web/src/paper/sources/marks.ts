/**
 * Where numbers are marked in a paper's text before it is drawn: by characters that no text has, which go through
 * Markdown as letters do, and which `decorate.ts` finds in what was drawn.
 */
import { proseOf } from '../../../../src/domain/markdown/prose.ts';
import { UnreadableMarkdown } from '../../../../src/domain/markdown/unreadable.ts';
import type { SourcedNumber } from '../../api/provenance.ts';

export const BEGIN = '\u{FDD4}';
export const END = '\u{FDD5}';
/** Sixteen digits that no text has: they say which mark it is. */
const ZERO = 0xfde0;
export const MARKS = /[\u{FDD4}\u{FDD5}\u{FDE0}-\u{FDEF}]/gu;

/** A place of the text, with the numbers in it: a formula is marked as one. */
export interface Mark {
  start: number;
  end: number;
  numbers: SourcedNumber[];
}

/** Those that still stand where they stood; a formula on lines of its own and a figure's name cannot be marked. */
export function marksOf(source: string, numbers: readonly SourcedNumber[]): Mark[] {
  const there = numbers.filter(({ start, end, text }) => source.slice(start, end) === text);
  if (there.length === 0 || source.search(MARKS) >= 0) return [];
  const { formulas, closed } = placesOf(source);
  const marks: Mark[] = [];
  for (const number of there) {
    if (closed.some((place) => holds(place, number))) continue;
    const { start, end } = formulas.find((place) => holds(place, number)) ?? number;
    const last = marks.at(-1);
    if (last !== undefined && last.start === start) last.numbers.push(number);
    else if (last === undefined || last.end <= start) marks.push({ start, end, numbers: [number] });
  }
  return marks;
}

interface Place {
  start: number;
  end: number;
}

function placesOf(source: string): { formulas: Place[]; closed: Place[] } {
  try {
    const { blocks, figures } = proseOf(source);
    const all = blocks.flatMap((block) =>
      block.formulas.map(({ start, end }) => ({
        start,
        end,
        isAlone: isDisplayed(source.slice(start, start + 2)),
      })),
    );
    return {
      formulas: all.filter(({ isAlone }) => !isAlone),
      closed: [...all.filter(({ isAlone }) => isAlone), ...figures],
    };
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return { formulas: [], closed: [] };
    throw error;
  }
}

function isDisplayed(opening: string): boolean {
  return opening === '$$' || opening === '\\[' || opening === '\\b';
}

function holds(place: Place, { start, end }: Place): boolean {
  return start < place.end && end > place.start;
}

export function marked(source: string, marks: readonly Mark[]): string {
  let made = '';
  let done = 0;
  for (const [index, { start, end }] of marks.entries()) {
    made += `${source.slice(done, start)}${BEGIN}${digits(index)}${source.slice(start, end)}${END}`;
    done = end;
  }
  return made + source.slice(done);
}

function digits(index: number): string {
  return [...index.toString(16)]
    .map((digit) => String.fromCharCode(ZERO + Number.parseInt(digit, 16)))
    .join('');
}

/** Which mark begins here, and how many characters say so. */
export function markAt(text: string, begin: number): { index: number; length: number } {
  let index = 0;
  let at = begin + 1;
  for (; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 15) break;
    index = index * 16 + digit;
  }
  return { index, length: at - begin };
}
