/** Backslashes of TeX that arrived as control characters, put back where there is one reading (M15). */
import { certaintyOf } from './tex-commands.ts';

/** A control character that JSON has an escape for, and the letters behind it. */
const SWALLOWED = /([\f\b\r\t\n])([a-zA-Z]{1,32})/g;
const LETTERS: Record<string, string> = { '\f': 'f', '\b': 'b', '\r': 'r', '\t': 't', '\n': 'n' };

type Formula = 'none' | 'inline' | 'display';

/**
 * The text with its swallowed backslashes. In code nothing is taken for a formula, but a backspace (`\b` of a
 * pattern) and a form feed before a letter are backslashes, too.
 */
export function mendTex(text: string, kind: 'prose' | 'code'): string {
  const formulaAt = kind === 'prose' ? followFormulas(text) : () => 'none' as const;
  const isSwallowing = kind === 'prose' && hasCertain(text);
  const mended = text.replace(SWALLOWED, (whole, control: string, letters: string, at: number) => {
    const letter = LETTERS[control] as string;
    const formula = formulaAt(at);
    const certainty = certaintyOf(letter + letters, text[at + whole.length] ?? '');
    const isMeant =
      certainty === 'certain' ||
      (kind === 'code' && control === '\f') ||
      (certainty === 'in formulas' && isInFormula(text, at, control, formula, isSwallowing));
    return isMeant ? `\\${letter}${letters}` : whole;
  });
  return kind === 'code' ? mended.replaceAll('\b', '\\b') : mended;
}

function hasCertain(text: string): boolean {
  for (const { 0: whole, 1: control = '', 2: letters = '', index } of text.matchAll(SWALLOWED)) {
    const command = (LETTERS[control] ?? '') + letters;
    if (certaintyOf(command, text[index + whole.length] ?? '') === 'certain') return true;
  }
  return false;
}

/** A line that begins so inside a formula may be meant, unless the text has lost backslashes elsewhere. */
function isInFormula(
  text: string,
  at: number,
  control: string,
  formula: Formula,
  isSwallowing: boolean,
): boolean {
  if (formula === 'none') return false;
  if (isSwallowing || control === '\r') return true;
  if (control === '\t') return !/[\n\r]/.test(text[at - 1] ?? '\n');
  // A line break within `$…$` on one line.
  if (formula !== 'inline') return false;
  const end = text.indexOf('\n', at + 1);
  // As a closing mark stands: behind something, and before no number.
  return /\S\$(?!\d)/.test(text.slice(at + 1, Math.min(end < 0 ? text.length : end, at + 1_000)));
}

/** Tells for places that are asked for in order whether they are inside of `$…$` or `$$…$$`. */
function followFormulas(text: string): (at: number) => Formula {
  let formula: Formula = 'none';
  const marks = text.matchAll(/\\[\s\S]|\$\$|\$|\n[ \t]*\n/g);
  let next = marks.next();
  return (at) => {
    for (; !next.done && next.value.index < at; next = marks.next()) {
      const [mark] = next.value;
      if (mark === '$$') formula = formula === 'display' ? 'none' : 'display';
      else if (mark === '$')
        formula = formula === 'none' ? 'inline' : formula === 'inline' ? 'none' : formula;
      else if (mark.startsWith('\n') && formula === 'inline') formula = 'none';
    }
    return formula;
  };
}
