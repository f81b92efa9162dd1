/**
 * A script that records a number mostly prints it as well. Both are one fact: two that differ in their digits alone would
 * count as two values that a number of the paper could come from by accident (T6).
 */
import { numberOf, type SourceValue } from '../domain/provenance/fact-values.ts';
import type { Fact } from '../domain/provenance/types.ts';

/** Rounding errors of doubles are no difference. */
const SLACK = 1e-9;

export interface Joined {
  /** With the output's line, where it was printed under its name too: rounded, cut, or as a percentage. */
  recorded: Fact[];
  /** What was printed and not recorded. */
  printed: Fact[];
}

export function joinPrinted(recorded: readonly Fact[], printed: readonly Fact[]): Joined {
  const joined = [...recorded];
  const waiting = new Map<string, { at: number; value: SourceValue }[]>();
  for (const [at, { name, value: text }] of recorded.entries()) {
    const value = numberOf(text);
    if (value === null) continue;
    const others = waiting.get(name);
    if (others === undefined) waiting.set(name, [{ at, value }]);
    else others.push({ at, value });
  }
  const beside = printed.filter((fact) => {
    const candidates = waiting.get(fact.name) ?? [];
    const found = candidates.findIndex(({ value }) => isPrintedFrom(fact, value));
    const [taken] = found < 0 ? [] : candidates.splice(found, 1);
    if (taken === undefined) return true;
    joined[taken.at] = { ...(joined[taken.at] as Fact), line: fact.line };
    return false;
  });
  return { recorded: joined, printed: beside };
}

function isPrintedFrom({ value: text, unit }: Fact, { value }: SourceValue): boolean {
  const shown = numberOf(text);
  if (shown === null) return false;
  const slack = Math.abs(value) * SLACK;
  return (unit === '%' ? [value, 100 * value] : [value]).some((full) => {
    const over = Math.abs(full) - Math.abs(shown.value);
    const isRounded = Math.abs(full - shown.value) <= shown.step / 2 + slack;
    return isRounded || (full * shown.value >= 0 && over > 0 && over < shown.step - slack);
  });
}
