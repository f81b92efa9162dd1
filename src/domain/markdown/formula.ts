/**
 * Where a formula stands in a line of text: between `$…$`, `$$…$$`, `\(…\)` or `\[…\]`. The first two are also
 * money, variables of shells and columns of R, the last two are also escaped brackets; which it is, this page alone
 * says (W13).
 */

/** Offsets into the text; `tex` stands between `open` and `close`, delimiters not included. */
export interface Formula {
  tex: string;
  /** Just after the closing delimiter. */
  end: number;
  /** Set on a line of its own. */
  display: boolean;
}

const DELIMITERS = [
  { open: '$$', close: '$$', display: true },
  { open: '\\[', close: '\\]', display: true },
  { open: '\\(', close: '\\)', display: false },
  { open: '$', close: '$', display: false },
] as const;

/**
 * The formula that begins at `start` and ends by `end`, or null. Looks no further than the nearest delimiter of its
 * kind: a text full of such openings costs no more than one walk along it.
 */
export function formulaAt(text: string, start: number, end: number): Formula | null {
  const pair = DELIMITERS.find(({ open }) => text.startsWith(open, start));
  if (pair === undefined) return null;
  const from = start + pair.open.length;
  const to =
    pair.close[0] === '$'
      ? nextDollars(text, from, pair.close)
      : nextBracket(text, from, pair.open, pair.close);
  if (to < 0 || to + pair.close.length > end) return null;
  const tex = text.slice(from, to);
  const formula = { tex: tex.trim(), end: to + pair.close.length, display: pair.display };
  if (formula.tex === '') return null;
  if (pair.open === '$') return isSingleDollarFormula(text, start, tex, formula.end) ? formula : null;
  if (pair.open[0] === '\\') return isBracketText(tex, text[formula.end]) ? null : formula;
  return formula;
}

/** Whether the character at `at` has an odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

function nextDollars(text: string, from: number, close: string): number {
  let at = text.indexOf(close, from);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf(close, at + 1);
  return at;
}

/** The closing bracket, where no other one is opened before it. */
function nextBracket(text: string, from: number, open: string, close: string): number {
  for (let at = text.indexOf('\\', from); at >= 0; at = text.indexOf('\\', at + 2)) {
    if (text.startsWith(close, at)) return at;
    if (text.startsWith(open, at)) return -1;
  }
  return -1;
}

function isSingleDollarFormula(text: string, start: number, tex: string, end: number): boolean {
  if (/^\s|\s$/.test(tex) || tex.includes('`')) return false;
  const before = text[start - 1] ?? '';
  const after = text.slice(end, end + 3);
  // `10$^{-3}$`, `H$_2$O`: what is set above or below, or begins with a command, is TeX whatever stands around it.
  const surelyTex = /^[\\^_{]/.test(tex);
  // `df$age and df$height`, `CA$ 25`, `a$b$c`.
  if (/[A-Za-z0-9]/.test(before) && !surelyTex) return false;
  // `$5-$10`, `$HOME/$USER`; but `the $n$th term`, `two $x$s`, `5$\,$m`.
  if (/^\d/.test(after)) return false;
  if (/^[A-Za-z]/.test(after) && !surelyTex && !/^(?:st|nd|rd|th|s)(?![A-Za-z])/.test(after)) return false;
  return !(/^\d/.test(tex) && isPrice(tex));
}

/** Words that stand in formulas without a backslash, too. */
const FUNCTIONS = new Set('sin cos tan cot log exp min max lim mod det arg sup inf gcd'.split(' '));

/** What begins with a number and goes on in words, or in another currency: `20 (about €18, or CA`. */
function isPrice(tex: string): boolean {
  if (/[€£¥₹]/.test(tex)) return true;
  const words = wordsOf(tex);
  return words.some((word) => word.length > 2) || words.length > 1;
}

/** The words of a text that are neither commands of TeX, nor what these set, nor names of functions. */
function wordsOf(tex: string): string[] {
  const bare = tex.replace(/\\[A-Za-z]+\*?|\{[^{}]*\}/g, ' ');
  return (bare.match(/(?<![\w\\^])[A-Za-z]{2,}(?![\w^])/g) ?? []).filter((word) => !FUNCTIONS.has(word));
}

/** Brackets that were escaped so as to be shown: `\[1, 2\]`, `\(see below\)`, `\[a link\](address)`. */
function isBracketText(tex: string, after: string | undefined): boolean {
  if (after === '(' && !/[\\^_=]/.test(tex)) return true;
  if (/[\\^_=+{}<>|]/.test(tex)) return false;
  return /^[\s\d,;–-]*\d[\s\d,;–-]*$/.test(tex) || wordsOf(tex).length > 1;
}
