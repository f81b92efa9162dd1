/** What people decided about numbers, kept as quotes: a place that survives edits elsewhere (T1). */
import type { Decision } from './types.ts';

/** Characters that are kept of what stands before and behind a number. */
const KEPT = 40;
/** Characters beside the number that must still be the same, on one side or on both together. */
const SAME = 12;

/** A number's quote, as it is kept with a decision. */
export function quoteOf(
  source: string,
  { start, end }: { start: number; end: number },
): Pick<Decision, 'quote' | 'before' | 'after'> {
  return {
    quote: source.slice(start, end),
    before: source.slice(Math.max(0, start - KEPT), start),
    after: source.slice(end, end + KEPT),
  };
}

/**
 * Which number each decision is about, by the number's place in `numbers`. One whose number is gone, or whose
 * surroundings changed on both sides, is about none. Of two decisions about one number the later counts.
 */
export function placeDecisions(
  source: string,
  numbers: readonly { start: number; end: number; text: string }[],
  decisions: readonly Decision[],
): Map<number, Decision> {
  const places = new Map<number, Decision>();
  const byText = new Map<string, number[]>();
  if (decisions.length > 0)
    for (const [index, { text }] of numbers.entries()) {
      const known = byText.get(text);
      if (known === undefined) byText.set(text, [index]);
      else known.push(index);
    }
  for (const decision of decisions) {
    let best = { index: -1, same: 0 };
    for (const index of byText.get(decision.quote) ?? []) {
      const number = numbers[index];
      const same = number === undefined ? -1 : sameAround(source, number, decision);
      if (same > best.same) best = { index, same };
    }
    const { before, after } = decision;
    // Near a text's ends less than this stands around a number.
    if (best.index >= 0 && best.same >= Math.min(SAME, before.length + after.length)) {
      places.set(best.index, decision);
    }
  }
  return places;
}

/** How many characters beside a number are those that stood beside the quote. */
function sameAround(
  source: string,
  { start, end }: { start: number; end: number },
  { before, after }: Decision,
): number {
  let left = 0;
  while (left < before.length && before.at(-1 - left) === source[start - 1 - left]) left += 1;
  let right = 0;
  while (right < after.length && after[right] === source[end + right]) right += 1;
  return left + right;
}
