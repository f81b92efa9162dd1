/**
 * What formulas of a document mean together: macros that one defines hold in all of them, as in LaTeX, and to define one
 * twice is no error (W13). And what LaTeX sets but KaTeX does not know is said in words that it does.
 */

/** What a macro stands for, by its name with the backslash; `#1` … are its arguments. KaTeX's own shape. */
export type Macros = Record<string, string>;

/** Beyond these a text is not looked through: names, and characters of one meaning. */
const MOST_MACROS = 300;
const MOST_MEANING = 2_000;

const DEFINITION =
  /\\(newcommand|renewcommand|providecommand|def|gdef|DeclareMathOperator)(\*?)(?![A-Za-z])/g;
const MAY_DEFINE = /\\(?:newcommand|renewcommand|providecommand|g?def|DeclareMathOperator)/;

interface Definition {
  start: number;
  end: number;
  name: string;
  meaning: string;
}

/** The macros that a Markdown document's formulas define; code defines none. The last definition of a name counts. */
export function macrosOf(markdown: string): Macros {
  if (!MAY_DEFINE.test(markdown)) return {};
  const text = markdown
    .replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '')
    .replace(/(?<!`)(`+)(?!`)[^`\n]+\1/g, '');
  const macros: Macros = {};
  for (const { name, meaning } of definitionsIn(text).slice(0, MOST_MACROS)) macros[name] = meaning;
  return macros;
}

/** A formula without what it only defines, and in KaTeX's words. `display`: it is set on a line of its own. */
export function forKatex(tex: string, display: boolean): string {
  return environments(withoutDefinitions(tex).replace(/\\label\{[^{}]*\}/g, ''), display).trim();
}

function withoutDefinitions(tex: string): string {
  if (!MAY_DEFINE.test(tex)) return tex;
  let made = '';
  let done = 0;
  for (const { start, end } of definitionsIn(tex)) {
    made += tex.slice(done, start);
    done = end;
  }
  return made + tex.slice(done);
}

function definitionsIn(text: string): Definition[] {
  const found: Definition[] = [];
  for (const match of text.matchAll(DEFINITION)) {
    const previous = found.at(-1);
    if (previous !== undefined && match.index < previous.end) continue;
    const [all, command = '', star = ''] = match;
    const definition = readDefinition(text, match.index + all.length, command, star);
    if (definition !== null) found.push({ ...definition, start: match.index });
  }
  return found;
}

/** `{\name}[2]{meaning}`, `\name{meaning}` or `\name#1#2{meaning}`; null for what is written in another way. */
function readDefinition(
  text: string,
  at: number,
  command: string,
  star: string,
): Omit<Definition, 'start'> | null {
  const head =
    /^\s*(?:\{\s*(\\(?:[A-Za-z]+|[^A-Za-z]))\s*\}|(\\(?:[A-Za-z]+|[^A-Za-z])))\s*(?:\[\d\]|(?:#\d)+)?\s*(?=\{)/.exec(
      text.slice(at, at + 120),
    );
  const name = head?.[1] ?? head?.[2];
  if (head === null || name === undefined) return null;
  const open = at + head[0].length;
  const close = closingBrace(text, open);
  if (close === null) return null;
  const inside = text.slice(open + 1, close);
  const meaning = command === 'DeclareMathOperator' ? `\\operatorname${star}{${inside}}` : inside;
  return { end: close + 1, name, meaning };
}

function closingBrace(text: string, open: number): number | null {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + MOST_MEANING); at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '{') depth += 1;
    else if (text[at] === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return null;
}

/** What is set alike by an environment that KaTeX knows. */
const ALIKE: Record<string, string> = { multline: 'gather', eqnarray: 'align', flalign: 'align' };
/** Those of a line of their own, and what sets the same within a line. */
const WITHIN: Record<string, string> = {
  align: 'aligned',
  alignat: 'alignedat',
  gather: 'gathered',
  equation: 'aligned',
};

function environments(tex: string, display: boolean): string {
  return tex.replace(
    /\\(begin|end)\{([A-Za-z]+)(\*?)\}/g,
    (all, which: string, name: string, star: string) => {
      const known = ALIKE[name] ?? name;
      const within = display ? undefined : WITHIN[known];
      if (within !== undefined) return `\\${which}{${within}}`;
      return known === name ? all : `\\${which}{${known}${star}}`;
    },
  );
}
