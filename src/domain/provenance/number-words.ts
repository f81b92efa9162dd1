/** The words beside a number that say what its value was multiplied by to be written so (T6): %, 万, million, "per 100,000". */

/** Behind a number, at its place in the text; the first that stands there counts. */
const BEHIND: { words: RegExp; times: number }[] = [
  {
    words:
      /\s{0,3}(?:\\?%|％|per\s?cent(?:age points?)?(?![a-z])|percentage points?(?![a-z])|pct(?![a-z])|个?百分点)/iuy,
    times: 100,
  },
  { words: /\s{0,3}(?:‰|per mille)/iuy, times: 1e3 },
  { words: /\s{0,3}(?:basis points?|bps?)(?![a-z])|\s{0,3}个?基点/iuy, times: 1e4 },
  { words: /\s{0,3}万亿/uy, times: 1e-12 },
  { words: /\s{0,3}亿/uy, times: 1e-8 },
  { words: /\s{0,3}千万/uy, times: 1e-7 },
  { words: /\s{0,3}百万/uy, times: 1e-6 },
  { words: /\s{0,3}万/uy, times: 1e-4 },
  { words: /\s{0,3}千(?![米克瓦帕赫卡焦伏安])/uy, times: 1e-3 },
  { words: /[\s-]{0,3}trillion(?![a-z])/iuy, times: 1e-12 },
  { words: /[\s-]{0,3}(?:billion|bn)(?![a-z])/iuy, times: 1e-9 },
  { words: /[\s-]{0,3}(?:million|mn)(?![a-z])/iuy, times: 1e-6 },
  { words: /[\s-]{0,3}thousand(?![a-z])/iuy, times: 1e-3 },
  // Against their numbers only; 0.5M may be molar and 300K kelvin, which is no other value then.
  { words: /[kK](?![A-Za-z\d])/uy, times: 1e-3 },
  { words: /M(?![A-Za-z\d])/uy, times: 1e-6 },
  { words: /B(?![A-Za-z\d])/uy, times: 1e-9 },
];
/** `€4.68m`: behind an amount of money; else an m is metres. */
const MONEY = /[€£$¥]\s?$/u;
const MILLIONS = /\s?m(?![A-Za-z\d²³/])/uy;

/** `per 100,000`, `in 1 000`: the power of ten that the number before it is of. */
const OF_SO_MANY =
  /\s{1,3}(?:(?:cases|deaths|events)\s)?(?:per|in|out of)\s(?<many>1[,\s]000[,\s]000|100[,\s]?000|10[,\s]?000|1[,\s]?000|100|million)(?![\d.,\s]\d|\d)/iuy;
/** `每10万人42.8例`, `每千人`. */
const OF_SO_MANY_ZH =
  /每\s?(?<many>100万|10万|十万|百万|1000|1万|万|100|百|千)\s?[名个]?(?:人|例|人年|户|辆)?\s?[为有达约]?\s?$/u;
const POWERS_ZH: Record<string, number> = {
  ...{ 百: 100, 千: 1e3, 万: 1e4, 十万: 1e5, 百万: 1e6 },
  ...{ '100': 100, '1000': 1e3, '1万': 1e4, '10万': 1e5, '100万': 1e6 },
};

/** What a value may have been multiplied by, and the characters behind the number that belong to it. */
export interface SaidFactor {
  times: number;
  behind: number;
}

/** @param start of the number's digits @param end behind them */
export function factorBeside(
  text: string,
  start: number,
  end: number,
  inFormula: boolean,
): SaidFactor | null {
  const before = text.slice(Math.max(0, start - 14), start);
  for (const { words, times } of BEHIND) {
    const length = lengthAt(words, text, end);
    // In a formula a letter is a variable.
    if (length > 0 && !(inFormula && /^[kKMB]$/.test(text.slice(end, end + length))))
      return { times, behind: length };
  }
  const money = MONEY.test(before) ? lengthAt(MILLIONS, text, end) : 0;
  if (money > 0) return { times: 1e-6, behind: money };
  if (/百分之\s{0,3}$/u.test(before)) return { times: 100, behind: 0 };
  const chinese = OF_SO_MANY_ZH.exec(before)?.groups?.many;
  if (chinese !== undefined) return { times: POWERS_ZH[chinese] ?? 1, behind: 0 };
  OF_SO_MANY.lastIndex = end;
  const many = OF_SO_MANY.exec(text)?.groups?.many;
  if (many === undefined) return null;
  return { times: many === 'million' ? 1e6 : Number(many.replace(/\D/g, '')), behind: 0 };
}

/** Whether a number is the 100,000 of "per 100,000", or the 10 of 每10万: it says of how many another one is. */
export function isOfSoMany(text: string, start: number, end: number): boolean {
  const written = text.slice(start, end).replace(/\D/g, '');
  if (!/^10+$/.test(written)) return false;
  const before = text.slice(Math.max(0, start - 12), start);
  if (/\b(?:per|out of)\s$|[\d%]\sin\s$/iu.test(before)) return true;
  return /每\s?$/u.test(before) && /^\s?[万千名个人例户辆]/u.test(text.slice(end, end + 2));
}

/** Whether a power of ten without a number before it is part of a unit: `(10³ kg)`, `(4.7 ± 0.2) × 10⁻³`, `×10³ t`. */
export function isPartOfUnit(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 12), start);
  if (/(?:[×·]|\\times|\\cdot)\s{0,2}\$?\s{0,2}$/u.test(before)) return true;
  return /[(（]\s?$/u.test(before) && /^\}?\$?\s?[A-Za-z\u4e00-\u9fff]/u.test(text.slice(end, end + 4));
}

/** What the heading of a column, or of a row, says of its cells: "Share (%)", "产量（万吨）", "Mass (10³ kg)". */
export function factorOfHeading(heading: string): number | null {
  if (/[%％]|per\s?cent/i.test(heading)) return 100;
  if (/亿/.test(heading)) return 1e-8;
  if (/万/.test(heading)) return 1e-4;
  if (/\bmillions?\b|\bmn\b/i.test(heading)) return 1e-6;
  if (/\bbillions?\b|\bbn\b/i.test(heading)) return 1e-9;
  if (/\bthousands?\b/i.test(heading)) return 1e-3;
  const power = /[×x(（]\s?10(?:\^?\{?([-−]?\d{1,2})\}?|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))(?!\d)/u.exec(heading);
  if (power === null) return null;
  const [, plain, raised] = power;
  const digits =
    plain ?? [...(raised ?? '')].map((char) => (char === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(char))).join('');
  return Number(`1e${-Number(digits.replace('−', '-'))}`);
}

/** How many characters the pattern takes at this place. */
export function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
