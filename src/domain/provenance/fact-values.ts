/** The values of facts as numbers, and the words by which a paper may speak of them. */
import type { Fact, RecordedRun } from './types.ts';

/** A number that a text may have been written from. */
export interface SourceValue {
  value: number;
  /** What one in its last digit is worth; 0 where all of its digits are known. */
  step: number;
}

export interface FactValue extends SourceValue {
  fact: Fact;
  run: RecordedRun;
}

const PLAIN = /^([-+−]?)(\d[\d,_]*|)(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?\s*(%?)$/;

/** The number that a fact's text is; null for words, lists and what is not finite. */
export function numberOf(text: string): SourceValue | null {
  const match = PLAIN.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole = '', decimals = '', exponent] = match;
  if (whole === '' && decimals === '') return null;
  const digits = whole.replace(/[,_]/g, '') + decimals;
  const places = decimals.length - Number(exponent ?? 0);
  const value = Number(`${digits}e${-places}`);
  if (!Number.isFinite(value)) return null;
  return { value: sign === '-' || sign === '−' ? -value : value, step: Number(`1e${-places}`) };
}

/** The numbers among a run's facts. What was recorded has all its digits; what was printed those that were. */
export function factValues(run: RecordedRun): FactValue[] {
  return run.facts.flatMap((fact) => {
    const parsed = numberOf(fact.value);
    if (parsed === null) return [];
    return [{ value: parsed.value, step: fact.source === 'record' ? 0 : parsed.step, fact, run }];
  });
}

export function isGood({ ending, exitCode }: RecordedRun): boolean {
  return ending === 'exited' && exitCode === 0;
}
