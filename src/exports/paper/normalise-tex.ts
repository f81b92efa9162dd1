/**
 * TeX that KaTeX shows, as texmath (pandoc's reader of formulas) takes it (O3). What both know stays as it is; what only
 * colours, spaces or names is left out or said otherwise. The corpus in test/unit/exports/formulas.ts shows each line.
 */
import { forKatex, type Macros } from '../../domain/markdown/tex.ts';

export interface NormalTex {
  tex: string;
  /** What `\tag{…}` says stands beside it; null without one. */
  tag: string | null;
}

/** Longer ones are shown as their TeX. */
export const MOST_TEX_CHARACTERS = 20_000;

/** How often macros are looked for in what macros stand for. */
const MOST_DEPTH = 8;

/** Who sets the formula: typst needs some otherwise, LaTeX takes as they are some that texmath does not read. */
export type Setter = 'typst' | 'latex' | 'other';

export function normaliseTex(tex: string, macros: Macros, setter: Setter = 'other'): NormalTex {
  let tag: string | null = null;
  if (tex.length > MOST_TEX_CHARACTERS) return { tex, tag };
  let made = withMacros(forKatex(withoutComments(tex), true), macros);
  made = replaceCommand(made, 'tag', 1, ([text = '']) => {
    tag ??= text.replace(/^\$|\$$/g, '').trim();
    return '';
  });
  for (const rewrite of setter === 'latex' ? REWRITES : [...REWRITES, ...OF_LATEX]) made = rewrite(made);
  if (setter === 'typst') made = ampersandsAsText(environment('cases', twoColumns)(made));
  return { tex: made.trim(), tag: tag === '' ? null : tag };
}

/** pandoc writes `\&` as the mark that columns meet at, outside of text. */
function ampersandsAsText(tex: string): string {
  return tex.replace(/\\(?:text\w*|mbox|hbox)\s*\{[^{}]*\}|\\\\|\\&/g, (all) =>
    all === '\\&' ? '\\text{\\&}' : all,
  );
}

function withoutComments(tex: string): string {
  return tex.replace(/(?<!\\)((?:\\\\)*)%[^\n]*\n?/g, '$1');
}

/** Macros and what they stand for, arguments put in; one that leads to itself stays what it is. */
function withMacros(tex: string, macros: Macros): string {
  let made = tex;
  for (let depth = 0; depth < MOST_DEPTH; depth += 1) {
    const before = made;
    for (const [name, meaning] of Object.entries(macros)) {
      if (!name.startsWith('\\') || !made.includes(name)) continue;
      const arity = Math.max(0, ...[...meaning.matchAll(/#(\d)/g)].map(([, digit]) => Number(digit)));
      made = replaceCommand(
        made,
        name.slice(1),
        arity,
        (args) => `{${meaning.replace(/#(\d)/g, (_, digit: string) => args[Number(digit) - 1] ?? '')}}`,
      );
      if (made.length > MOST_TEX_CHARACTERS) return tex;
    }
    if (made === before) return made;
  }
  return made;
}

type Rewrite = (tex: string) => string;

/** `\name[…]{a}{b}`, braces counted; an argument without braces is one character or command. Its options are left out. */
function replaceCommand(tex: string, name: string, arity: number, write: (args: string[]) => string): string {
  const isWord = /[A-Za-z]$/.test(name);
  const open = new RegExp(`\\\\${name}${isWord ? '(?![A-Za-z])\\*?' : ''}`, 'g');
  let made = '';
  let done = 0;
  for (const { index, 0: all } of tex.matchAll(open)) {
    if (index < done || isEscapedAt(tex, index)) continue;
    let at = index + all.length;
    const options = arity === 0 ? null : /^\s*\[[^[\]]*\]/.exec(tex.slice(at));
    if (options !== null) at += options[0].length;
    const args: string[] = [];
    while (args.length < arity) {
      const argument = argumentAt(tex, at);
      if (argument === null) break;
      // The same command may stand in its own argument: \cfrac{1}{1+\cfrac{1}{x}}.
      args.push(
        argument.text.length < tex.length ? replaceCommand(argument.text, name, arity, write) : argument.text,
      );
      at = argument.end;
    }
    if (args.length < arity) continue;
    const written = write(args);
    // A command's name ends where no letter follows.
    const glue =
      isWord && arity === 0 && /\\[A-Za-z]+$/.test(written) && /[A-Za-z]/.test(tex[at] ?? '') ? ' ' : '';
    made += tex.slice(done, index) + written + glue;
    done = at;
  }
  return made + tex.slice(done);
}

function isEscapedAt(tex: string, index: number): boolean {
  let before = index;
  while (tex[before - 1] === '\\') before -= 1;
  return (index - before) % 2 === 1;
}

function argumentAt(tex: string, from: number): { text: string; end: number } | null {
  let at = from;
  while (/\s/.test(tex[at] ?? '')) at += 1;
  if (tex[at] !== '{') {
    const one = /^(?:\\[A-Za-z]+|\\.|[^\s\\{}&])/su.exec(tex.slice(at, at + 40))?.[0];
    return one === undefined ? null : { text: one, end: at + one.length };
  }
  let depth = 0;
  for (let end = at; end < tex.length; end += 1) {
    if (tex[end] === '\\') end += 1;
    else if (tex[end] === '{') depth += 1;
    else if (tex[end] === '}') {
      depth -= 1;
      if (depth === 0) return { text: tex.slice(at + 1, end), end: end + 1 };
    }
  }
  return null;
}

const command =
  (names: string, arity: number, write: (args: string[]) => string): Rewrite =>
  (tex) =>
    names.split(' ').reduce((made, name) => replaceCommand(made, name, arity, write), tex);

const last = (args: string[]): string => args.at(-1) ?? '';

const environment =
  (name: string, write: (inside: string, name: string) => string): Rewrite =>
  (tex) =>
    tex.replace(
      new RegExp(
        `\\\\begin\\{(${name})\\}(?:\\[[tbc]\\])?((?:(?!\\\\begin\\{\\1\\})[\\s\\S])*?)\\\\end\\{\\1\\}`,
        'g',
      ),
      (_, found: string, inside: string) => write(inside, found),
    );

const REWRITES: Rewrite[] = [
  command('notag nonumber displaystyle textstyle scriptstyle scriptscriptstyle', 0, () => ''),
  command('tiny small normalsize large Large LARGE huge Huge', 0, () => ''),
  command('argmax', 0, () => '\\operatorname*{arg\\,max}'),
  command('argmin', 0, () => '\\operatorname*{arg\\,min}'),
  command('operatornamewithlimits', 1, (args) => `\\operatorname*{${last(args)}}`),
  command(
    'genfrac',
    6,
    ([open = '', close = '', , , a = '', b = '']) =>
      `\\left${open || '.'}\\begin{matrix}${a}\\\\${b}\\end{matrix}\\right${close || '.'}`,
  ),
  command('textcolor colorbox', 2, last),
  command('color', 1, () => ''),
  command('mathclap mathllap mathrlap rlap llap clap smash', 1, last),
  command('phantom hphantom vphantom', 1, () => '\\;'),
  command('xlongequal', 1, (args) => `\\overset{${last(args)}}{=}`),
  command('raisebox', 2, (args) => `\\text{${last(args)}}`),
  command('bm pmb', 1, (args) => `\\boldsymbol{${last(args)}}`),
  command('htmlClass htmlId htmlStyle htmlData href', 2, last),
  command('prescript', 3, ([above = '', below = '', base = '']) => `{}^{${above}}_{${below}}${base}`),
  command('dv', 2, ([a = '', b = '']) => `\\frac{d ${a}}{d ${b}}`),
  command('pdv', 2, ([a = '', b = '']) => `\\frac{\\partial ${a}}{\\partial ${b}}`),
  command('ang', 1, (args) => `${last(args)}^{\\circ}`),
  command('qty SI', 2, ([value = '', unit = '']) => `${value}\\,\\mathrm{${unit}}`),
  command('si', 1, (args) => `\\mathrm{${last(args)}}`),
  command('ce', 1, (args) => `\\mathrm{${chemistry(last(args))}}`),
  command('eqref ref', 1, (args) => `\\text{${last(args)}}`),
  command('coloneqq', 0, () => ':='),
  command('lt', 0, () => '<'),
  command('gt', 0, () => '>'),
  command('dddot', 1, (args) => `\\overset{...}{${last(args)}}`),
  command('limits nolimits', 0, () => ''),
  (tex) => tex.replaceAll('\\begin{dcases}', '\\begin{cases}').replaceAll('\\end{dcases}', '\\end{cases}'),
  (tex) => tex.replace(/\\begin\{(aligned|gathered|alignedat|array)\}\[[tbc]\]/g, '\\begin{$1}'),
];

/** What LaTeX sets well as it is. */
const OF_LATEX: Rewrite[] = [
  command('dfrac tfrac cfrac', 2, ([a = '', b = '']) => `\\frac{${a}}{${b}}`),
  command('dbinom tbinom binom', 2, ([a = '', b = '']) => `\\binom{${a}}{${b}}`),
  environment('vmatrix', (inside) => `\\left|\\begin{matrix}${inside}\\end{matrix}\\right|`),
  environment('Vmatrix', (inside) => `\\left\\|\\begin{matrix}${inside}\\end{matrix}\\right\\|`),
  systems,
];

const SYSTEM =
  /\\left\s*\\(?:\{|lbrace)\s*\\begin\{(?:aligned|gathered|array|split|matrix)\}|\\begin\{dcases\}/;

/** Whether a brace stands before equations: their fractions are as large as in equations, unlike those of cases. */
export function isSystem(tex: string): boolean {
  return SYSTEM.test(tex);
}

/** `\left\{ … \right.` over lines is a brace before them: what a system of equations is, as cases are. */
function systems(tex: string): string {
  return tex.replace(
    /\\left\s*\\(?:\{|lbrace)\s*\\begin\{(aligned|gathered|array|split|matrix)\}(?:\{[^{}]*\})?((?:(?!\\begin\{\1\})[\s\S])*?)\\end\{\1\}\s*\\right\s*\./g,
    (_, _name: string, inside: string) => `\\begin{cases}${inside.replace(/(?<!\\)&/g, '')}\\end{cases}`,
  );
}

/** Each line of cases has two columns: the typst writer draws the brace of others beside their first line only. */
function twoColumns(inside: string): string {
  const rows = inside.split(/\\\\(?:\[[^\]]*\])?/).filter((row) => row.trim() !== '');
  const lines = rows.map((row) => (/(?<!\\)&/.test(row) ? row.replace(/(?<!\\)&/, '&\\quad ') : `${row} & `));
  return `\\begin{cases}${lines.join('\\\\')}\\end{cases}`;
}

/** mhchem's commonest: subscripts, charges and arrows. */
function chemistry(text: string): string {
  return text
    .replace(/<=>/g, '\\rightleftharpoons ')
    .replace(/->/g, '\\rightarrow ')
    .replace(/\^\{?([\d+-]+)\}?/g, '^{$1}')
    .replace(/([A-Za-z)\]])([+-])(?=\s|$)/g, '$1^{$2}')
    .replace(/([A-Za-z)\]])(\d+)/g, '$1_{$2}');
}
