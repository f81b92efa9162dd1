/** Facts of a run beside those of the same run made again (T13). */
import { numberOf } from '../provenance/fact-values.ts';
import type { Fact } from '../provenance/types.ts';
import type { VerifyResult } from './types.ts';

/** Relative: two values that are no further apart are the same value. */
export const SAME_VALUE = 1e-6;

/** Names a fact within its run, by its name and its value. */
export function factKey({ name, value }: Pick<Fact, 'name' | 'value'>): string {
  return `${name}=${value}`;
}

/** The facts that are not the same text: each expected one is compared to the next of its name. */
export function compareFacts(expected: readonly Fact[], got: readonly Fact[]): Record<string, VerifyResult> {
  const next = new Map<string, Fact[]>();
  for (const fact of got) {
    const named = next.get(nameOf(fact));
    if (named === undefined) next.set(nameOf(fact), [fact]);
    else named.push(fact);
  }
  const at = new Map<string, number>();
  const results: Record<string, VerifyResult> = {};
  for (const fact of expected) {
    const name = nameOf(fact);
    const place = at.get(name) ?? 0;
    at.set(name, place + 1);
    const result = compareValue(fact.value, next.get(name)?.[place]?.value);
    if (result !== 'same_bytes') results[factKey(fact)] = result;
  }
  return results;
}

export function compareValue(expected: string, got: string | undefined): VerifyResult {
  if (got === undefined) return 'missing';
  if (expected === got) return 'same_bytes';
  const [a, b] = [numberOf(expected), numberOf(got)];
  return a !== null && b !== null && isSameValue(a.value, b.value) ? 'same_value' : 'differs';
}

export function isSameValue(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= SAME_VALUE * Math.max(Math.abs(a), Math.abs(b));
}

/** Facts of one name in one file are told apart by their order. */
function nameOf({ name, source, path = '' }: Fact): string {
  return `${source === 'file' ? path : ''}\n${name}`;
}
