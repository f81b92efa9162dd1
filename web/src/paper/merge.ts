/**
 * Two texts that grew out of one, put together line by line: what only one side changed is taken from that side, and
 * where both changed the same lines there is a clash, which a person decides. Pure.
 */
import { diff3Merge } from 'node-diff3';
import { linesOver, plainLine } from './lines.ts';

/** Lines that both sides changed, each in its own way; an empty list: that side has none there. */
export interface Clash {
  mine: string[];
  base: string[];
  theirs: string[];
}

export interface Merge {
  /** Put together, with mine wherever there is a clash. */
  text: string;
  /**
   * `theirs`, but for the clashes, where it has what both began from. Merging `text` over this base finds the same
   * clashes and no more: it says what is still to be decided.
   */
  base: string;
  clashes: Clash[];
}

export interface Sides {
  mine: string;
  base: string;
  theirs: string;
}

/** What a clash becomes. */
export type Choice = 'mine' | 'theirs' | 'both';

/** Puts both together, by `choose` where it says something about the clash of that number, else leaving it open. */
export function mergeTexts(
  sides: Sides,
  choose: (clash: number) => Choice | undefined = () => undefined,
): Merge {
  const linesOf = linesOver(sides.base);
  const theirs = linesOf(sides.theirs);
  const text: string[] = [];
  const base: string[] = [];
  const clashes: Clash[] = [];
  let passed = 0;
  let at = -1;
  for (const piece of diff3Merge(linesOf(sides.mine), linesOf(sides.base), theirs)) {
    if (piece.ok) append(text, piece.ok);
    if (!piece.conflict) continue;
    const { bIndex } = piece.conflict;
    const mine = piece.conflict.a.map(plainLine);
    const origin = piece.conflict.o.map(plainLine);
    const other = piece.conflict.b.map(plainLine);
    at += 1;
    const choice = choose(at);
    append(text, chosen({ mine, base: origin, theirs: other }, choice ?? 'mine'));
    append(base, theirs.slice(passed, bIndex));
    append(base, choice === undefined ? origin : other);
    passed = bIndex + other.length;
    if (choice === undefined) clashes.push({ mine, base: origin, theirs: other });
  }
  append(base, theirs.slice(passed));
  return { text: text.join('\n'), base: base.join('\n'), clashes };
}

function chosen({ mine, theirs }: Clash, choice: Choice): string[] {
  if (choice !== 'both') return choice === 'mine' ? mine : theirs;
  // Two paragraphs, not one.
  const apart = theirs.at(-1)?.trim() && mine[0]?.trim() ? [''] : [];
  return [...theirs, ...apart, ...mine];
}

function append(list: string[], lines: readonly string[]): void {
  for (const line of lines) list.push(plainLine(line));
}
