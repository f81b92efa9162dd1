/** Finds `name=value` in what a run printed (T2). One pass, whatever was printed. */
import type { Fact } from '../domain/provenance/types.ts';
import { MOST_FACT_CHARACTERS } from '../domain/runs.ts';
import { lineAsShown } from '../sandbox/terminal-lines.ts';

/** Longer lines are data. */
const LONGEST_LINE = 10_000;
const SEPARATOR = /[=:：＝]/g;
/** As a number stands in a text: with thousands in groups, decimals, an exponent, a minus of either kind. */
const VALUE = /[ \t]{0,8}([-+−]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)/y;
/** Behind a value: its unit, where nothing else follows that it could belong to. */
const UNIT =
  /[ \t]?(%|‰|°C|°)|[ \t]?([\p{L}µ°$€¥][\p{L}\p{N}µ°/^·*²³⁻¹-]{0,19})(?=[ \t]*(?:$|[,;，；|)\]}]))/uy;
/** A name begins behind these, and none has them. */
const BETWEEN = /[,;，；|(){}[\]\t\0]| {2}/g;
const AROUND_NAME = /^[\s"'`*#>•·-]+|[\s"'`*]+$/g;

/**
 * @param most facts that are still kept
 * @returns them in their order, and whether there were more
 */
export function printedFacts(stdout: string, most: number): { facts: Fact[]; more: boolean } {
  const facts: Fact[] = [];
  let line = 0;
  for (let from = 0; from < stdout.length; ) {
    const end = stdout.indexOf('\n', from);
    const to = end === -1 ? stdout.length : end;
    line += 1;
    // A name, a separator and a digit.
    if (to - from >= 3 && to - from <= LONGEST_LINE) {
      for (const fact of factsIn(lineAsShown(stdout.slice(from, to)))) {
        if (facts.length >= most) return { facts, more: true };
        facts.push({ ...fact, source: 'printed', line });
      }
    }
    from = to + 1;
  }
  return { facts, more: false };
}

function factsIn(line: string): Pick<Fact, 'name' | 'value' | 'unit'>[] {
  const facts: Pick<Fact, 'name' | 'value' | 'unit'>[] = [];
  let free = 0;
  SEPARATOR.lastIndex = 0;
  // A separator that begins the line has no name before it.
  for (let match = SEPARATOR.exec(line); match !== null; match = SEPARATOR.exec(line)) {
    const { index } = match;
    if (index <= free) continue;
    const found = valueAt(line, index + 1);
    if (found === null) continue;
    const name = nameBefore(line.slice(Math.max(free, index - MOST_FACT_CHARACTERS), index));
    if (name === null) continue;
    free = found.end;
    facts.push({ name, value: found.value, ...(found.unit === undefined ? {} : { unit: found.unit }) });
  }
  return facts;
}

/** The last part of the text in front of a separator, if it is a name. */
function nameBefore(text: string): string | null {
  const between = [...text.matchAll(BETWEEN)].at(-1);
  const name = text.slice(between === undefined ? 0 : between.index + between[0].length);
  const bare = name.replace(AROUND_NAME, '');
  // "a == 3" and "a <= 3" say nothing of a's value.
  return /\p{L}/u.test(bare) && !/[=<>!~:]$/.test(bare) ? bare : null;
}

function valueAt(line: string, at: number): { value: string; unit?: string; end: number } | null {
  VALUE.lastIndex = at;
  const value = VALUE.exec(line)?.[1];
  if (value === undefined || value.length > MOST_FACT_CHARACTERS) return null;
  // A ratio, or a time of day.
  if (/^\d:\d/.test(line.slice(Math.max(0, at - 2), at + 1))) return null;
  const end = VALUE.lastIndex;
  UNIT.lastIndex = end;
  const unit = UNIT.exec(line);
  if (unit !== null) return { value, unit: (unit[1] ?? unit[2]) as string, end: end + unit[0].length };
  // "3.2x + 1", "12:30", "3/4" and "1.2.3" are other things than these numbers.
  return /^[\p{L}\p{N}_:/.]/u.test(line.slice(end, end + 2).replace(/^\.(?!\d)/, '')) ? null : { value, end };
}
