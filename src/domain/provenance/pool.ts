/**
 * The values that a number of a paper may come from, and how surely one that fits is its source (T6). A number fits a
 * value when it is that value rounded (or cut) to the number's last digit. How much this proves depends on how many
 * values are in play near it: λ is the number of values that would fit by accident.
 */
import type { SourceValue } from './fact-values.ts';
import type { PaperNumber } from './paper-numbers.ts';

export interface Hit<Source> {
  source: Source;
  /** Cut to its last digit instead of rounded. */
  isCut: boolean;
  /** Written without the sign of its source: "fell by 12 %". */
  isWithoutSign: boolean;
  /** How far apart the two are, in steps of the number's last digit. */
  distance: number;
}

export interface Pool<Source> {
  /** The values that this number may have been written from. */
  hits(number: PaperNumber): Hit<Source>[];
  /**
   * λ: how many values would fit a number like this one by accident. `asWritten`: zeros at the end of a whole number
   * count as digits.
   */
  chance(number: PaperNumber, asWritten?: boolean): number;
}

/** Rounding errors of doubles are no difference. */
const SLACK = 1e-9;
/** Half the widths, as powers of e, of the neighbourhoods in which values are counted. */
const NEIGHBOURHOODS = [0.1, 1];
/** λ of a zero with decimals, such as 0.0000: it has no neighbourhood. */
const CHANCE_OF_ZERO = 0.05;

export function createPool<Source extends SourceValue>(sources: readonly Source[]): Pool<Source> {
  const sorted = [...sources].sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
  const sizes = sorted.map(({ value }) => Math.abs(value));
  const logarithms = [...new Set(sizes)].filter((size) => size > 0).map(Math.log);

  function hits(number: PaperNumber): Hit<Source>[] {
    return number.factors.flatMap((factor) => hitsWith(number, factor));
  }

  function hitsWith(number: PaperNumber, factor: number): Hit<Source>[] {
    const { step } = number;
    const size = Math.abs(number.value);
    const reach = step * (1 + SLACK) + size * SLACK;
    const found: Hit<Source>[] = [];
    const last = (size + reach) / factor;
    for (let at = firstAtLeast(sizes, Math.max(0, size - reach) / factor); at < sorted.length; at += 1) {
      const source = sorted[at];
      if (source === undefined || (sizes[at] ?? 0) > last) break;
      const hit = comparison(number, source, factor);
      if (hit !== null) found.push({ source, ...hit });
    }
    return found;
  }

  function chance(number: PaperNumber, asWritten = false): number {
    const size = Math.abs(number.value);
    if (size === 0) return number.step < 0.01 ? CHANCE_OF_ZERO : Number.POSITIVE_INFINITY;
    const width = (asWritten ? number.step : countedStep(number)) / size;
    return number.factors.reduce((sum, factor) => sum + densityAt(Math.log(size / factor), width) * width, 0);
  }

  /** Values per power of e around here, besides the one that fits. */
  function densityAt(place: number, width: number): number {
    return Math.max(
      ...NEIGHBOURHOODS.map((half) => {
        const reach = Math.max(half, width);
        const near = firstAtLeast(logarithms, place + reach) - firstAtLeast(logarithms, place - reach);
        return (half === 1 ? Math.max(1, near) : Math.max(0, near - 1)) / (2 * reach);
      }),
    );
  }

  return { hits, chance };
}

function comparison(
  number: PaperNumber,
  source: SourceValue,
  factor: number,
): Omit<Hit<SourceValue>, 'source'> | null {
  const { step } = number;
  const size = Math.abs(number.value);
  const given = source.value * factor;
  const isWithoutSign = number.value >= 0 && given < 0;
  if (number.value < 0 && given > 0) return null;
  if (source.step * factor > step * (1 + SLACK)) return null;
  const slack = Math.abs(given) * SLACK;
  const over = Math.abs(given) - size;
  // What counts things is not rounded: "3 methods" are not 3.2; and to one digit hardly anything is.
  if (isSmallCount(number) || number.digits <= 1) return Math.abs(over) <= slack ? fits(false) : null;
  if (Math.abs(over) <= step / 2 + slack) return fits(false);
  return over > 0 && over < step - slack ? fits(true) : null;

  function fits(isCut: boolean) {
    return { isCut, isWithoutSign, distance: Math.abs(over) / step };
  }
}

/** A whole number of one or two digits without a unit that multiplies. */
export function isSmallCount({ isDecimal, value, factors }: PaperNumber): boolean {
  return !isDecimal && Math.abs(value) < 100 && factors.length === 1;
}

/** The step of the last digit that says something: of 200,000 that is 100,000. */
function countedStep({ isDecimal, value, step }: PaperNumber): number {
  if (isDecimal) return step;
  let counted = step;
  while (counted * 10 <= Math.abs(value) && Math.abs(value) % (counted * 10) === 0) counted *= 10;
  return counted;
}

/** The place of the first number that is not smaller than `limit`. */
function firstAtLeast(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
