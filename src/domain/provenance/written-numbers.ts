/** How numbers are written in prose, in English and Chinese, and what each means (T5). */
import { factorBeside, isOfSoMany, isPartOfUnit, lengthAt } from './number-words.ts';

/** Offsets into the text that was looked through. */
export interface WrittenNumber {
  start: number;
  end: number;
  /** The value of its digits, exponent included; `12.5 %` is 12.5 and `3.2 万` is 3.2. */
  value: number;
  /** What one in its last written digit is worth. */
  step: number;
  /** Its digits that count; zeros at the end of a whole number do not. */
  digits: number;
  /** Written with a decimal point or an exponent. */
  isDecimal: boolean;
  /** What a value may be multiplied by to be written so: 1, and 100 with %, 1e-4 with 万. */
  factors: number[];
}

const THIN = '\\u2009\\u202f\\u00a0';
/** In formulas groups are also divided by `{,}` and `\,`; by one plain space where no other digit stands near: `48 217`. */
const GROUPED = String.raw`\d{1,3}(?:(?:,|[${THIN}]|\{,\}|\\,)\d{3})+(?!\d)|(?<!\d[ .,]?)[1-9]\d{0,2}(?: \d{3}){1,5}(?![\d.,]*\d| \d)`;
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const TIMES = String.raw`\s{0,2}\$?\s{0,2}(?:×|·|\*|x|\\times|\\cdot)\s{0,2}\$?\s{0,2}`;
/** `^{-4}`, `⁻⁴`, `**-4`, also where a formula begins before it: `10$^{-4}$`. */
const POWER = String.raw`\$?(?:\s{0,2}(?:\^|\*\*)\s{0,2}[{(]?\s{0,2}(?<power>[-−+]?\d{1,3})(?:\s{0,2}[})])?|(?<raised>[⁻⁺]?[${SUPERSCRIPT}]{1,3}))`;

const NUMBER = new RegExp(
  String.raw`10${POWER}|(?=\.?\d)(?<whole>${GROUPED}|\d+)?(?:\.(?<decimals>\d+))?(?:[eE](?<e>[-−+]?\d{1,3})(?!\w|\.\d)|${TIMES}10${POWER.replaceAll('?<', '?<times_')})?`,
  'gu',
);

/** Behind a number: the end of the parentheses that it stands in, and a power of ten. */
const SHARED_POWER = new RegExp(`^[^()（）]*[)）]${TIMES}10${POWER}`, 'u');
/** Characters between parentheses. */
const MOST_SHARED = 60;

/** What has more is no number that anybody writes. */
const MOST_DIGITS = 40;

/** Units that are written against their number, as in `12.5kg`. */
const GLUED_UNIT =
  /(?:km²?|cm[²³]?|mm[²³]?|m[²³]?|kg|mg|μg|µg|g|ms|μs|µs|ns|s|h|min|[kMG]?Hz|[kMG]Wh?|[kMG]?B|[kM]?Pa|[kM]?J|kN|mol|mL|ml|rad|deg|dB|eV|px|x)(?![A-Za-z\d])/uy;

/** @param isFormula whether a place is within a formula, where indices and exponents are left out */
export function writtenNumbers(text: string, isFormula: (at: number) => boolean): WrittenNumber[] {
  const found: WrittenNumber[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const number = numberAt(text, match, isFormula(match.index));
    if (number !== null) found.push(number);
  }
  return found;
}

function numberAt(text: string, match: RegExpMatchArray, inFormula: boolean): WrittenNumber | null {
  const groups = match.groups ?? {};
  const start = match.index ?? 0;
  const end = start + match[0].length;
  const power = sharedPower(text, start, end);
  const mantissa = mantissaOf(groups, power);
  if (mantissa === null || isGluedBefore(text, start)) return null;
  const isPower = (groups.power ?? groups.raised) !== undefined;
  if (isPower && isPartOfUnit(text, start, end)) return null;
  const factor = factorBeside(text, start, end, inFormula);
  const isCoefficient = inFormula && groups.decimals !== undefined;
  if (!isCoefficient && !factor?.behind && isGluedBehind(text, end)) return null;
  if (inFormula && isIndex(text, start)) return null;
  const { digits, places, isDecimal } = mantissa;
  if (digits.length > MOST_DIGITS) return null;
  const value = Number(`${digits}e${-places}`);
  if (!Number.isFinite(value) || isYear(match[0]) || isOfSoMany(text, start, end)) return null;
  const negative = isNegative(text, start);
  return {
    start: negative ? start - 1 : start,
    end: end + (factor?.behind ?? 0),
    value: negative ? -value : value,
    step: Number(`1e${-places}`),
    digits: countedDigits(digits, isDecimal),
    isDecimal,
    factors: factor === null ? [1] : [1, factor.times],
  };
}

/** Of `(4.732 ± 0.018) × 10^{-3}`: the power that all numbers between the parentheses are of; null: there is none. */
function sharedPower(text: string, start: number, end: number): number | null {
  const behind = text.slice(end, end + MOST_SHARED);
  const before = text.slice(Math.max(0, start - MOST_SHARED), start);
  if (!/[(（][^()（）]*$/u.test(before)) return null;
  const found = SHARED_POWER.exec(behind)?.groups;
  return found === undefined ? null : powerOf(found.power, found.raised);
}

interface Mantissa {
  digits: string;
  /** How many of the digits stand behind the point; negative where zeros were left out. */
  places: number;
  isDecimal: boolean;
}

function mantissaOf(groups: Record<string, string | undefined>, shared: number | null): Mantissa | null {
  const { whole, decimals, e } = groups;
  const alone = powerOf(groups.power, groups.raised);
  // `10^5` is 100000, and `10^{-4}` is 0.0001.
  if (alone !== null) {
    return {
      digits: `1${'0'.repeat(Math.max(0, alone))}`,
      places: Math.max(0, -alone),
      isDecimal: alone < 0,
    };
  }
  if (whole === undefined && decimals === undefined) return null;
  const exponent = powerOf(e ?? groups.times_power, groups.times_raised) ?? shared;
  return {
    digits: `${(whole ?? '').replace(/\D/g, '')}${decimals ?? ''}`,
    places: (decimals ?? '').length - (exponent ?? 0),
    isDecimal: decimals !== undefined || exponent !== null,
  };
}

function powerOf(plain: string | undefined, raised: string | undefined): number | null {
  if (plain !== undefined) return Number(plain.replace('−', '-'));
  if (raised === undefined) return null;
  const sign = raised.startsWith('⁻') ? -1 : 1;
  return sign * Number([...raised.replace(/[⁻⁺]/u, '')].map((char) => SUPERSCRIPT.indexOf(char)).join(''));
}

function countedDigits(digits: string, isDecimal: boolean): number {
  const significant = digits.replace(/^0+/, '');
  return isDecimal ? significant.length : significant.replace(/0+$/, '').length;
}

/** `x2`, `PCG64`, `1.2.3`, `COVID-19`: a number that goes on something that stands before it. */
function isGluedBefore(text: string, start: number): boolean {
  const before = text[start - 1] ?? '';
  if (/[A-Za-z_^#@\d\u0370-\u03ff]/u.test(before)) return true;
  const further = text[start - 2] ?? '';
  if (before === '.') return /[\w)]/.test(further);
  return /[-–]/.test(before) && /[A-Za-z]/.test(further);
}

function isGluedBehind(text: string, end: number): boolean {
  const next = text[end] ?? '';
  if (/[A-Za-z_\u0370-\u03ff]/u.test(next)) return lengthAt(GLUED_UNIT, text, end) === 0;
  return next === '.' && /\d/.test(text[end + 1] ?? '');
}

/** Whether a number of a formula stands in an index or an exponent: `x_1`, `x^{2k+1}`, `\sum_{i=1}`. */
function isIndex(text: string, start: number): boolean {
  let depth = 0;
  for (let at = start - 1; at >= Math.max(0, start - 80); at -= 1) {
    const char = text[at];
    if (char === '$') break;
    if (char === '}') depth += 1;
    else if (char === '{') {
      if (depth > 0) depth -= 1;
      else if (/[_^]/.test(text[at - 1] ?? '')) return true;
    } else if (at === start - 1 && (char === '_' || char === '^')) return true;
  }
  return false;
}

/** A minus sign, or a dash that stands for one: before its number, and behind no other and no word. */
function isNegative(text: string, start: number): boolean {
  if (!/[-−–\u2010]/u.test(text[start - 1] ?? '')) return false;
  const before = text[start - 2] ?? '';
  return !/[\dA-Za-z)\]}％%\\]/u.test(before);
}

/** A year alone, which is no quantity. */
function isYear(written: string): boolean {
  return /^(?:1[89]|20)\d{2}$/.test(written);
}
