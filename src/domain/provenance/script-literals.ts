/** Numbers that stand in a script as they are written: a run's parameters. */
import type { ScriptLiteral } from './types.ts';

/** Characters of a script that are looked through, and literals that are kept. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_LITERALS = 2_000;

const LITERAL =
  /(?<![\w.])(?:(?<name>[A-Za-z_]\w*)\s*=\s*)?(?<sign>-)?(?<number>\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+)(?![\w.])/g;

/** The literals of a Python script; what stands in its comments and texts is none. */
export function literalsOf(script: string, of: { run: number; path: string }): ScriptLiteral[] {
  const literals: ScriptLiteral[] = [];
  for (const [index, line] of withoutTexts(script.slice(0, MOST_CHARACTERS)).split('\n').entries()) {
    // `A, B = 3.0, 4.0`: each has the name at its place.
    const [, names, values] = /^\s*(\w+(?:\s*,\s*\w+)+)\s*=(?!=)(.*)$/.exec(line) ?? [];
    const named = names?.split(',').map((name) => name.trim()) ?? [];
    const found = [...(values ?? line).matchAll(LITERAL)];
    for (const [place, { groups = {} }] of found.entries()) {
      const value = Number(`${groups.sign ?? ''}${(groups.number ?? '').replaceAll('_', '')}`);
      if (!Number.isFinite(value) || literals.length >= MOST_LITERALS) continue;
      const name = groups.name ?? (found.length === named.length ? named[place] : undefined) ?? '';
      literals.push({ run: of.run, script: of.path, scriptLine: index + 1, value, name });
    }
  }
  return literals;
}

/** The script with its comments and texts blanked out, line by line as long as before. */
function withoutTexts(script: string): string {
  // What nothing closes goes to its line's end, or to the script's.
  const texts =
    /#[^\n]*|("""|''')[\s\S]*?(?:\1|$(?![\s\S]))|"(?:[^"\\\n]|\\.)*(?:"|\\?(?=\n|$))|'(?:[^'\\\n]|\\.)*(?:'|\\?(?=\n|$))/g;
  return script.replace(texts, (found) => found.replace(/[^\n]/g, ' '));
}
