/**
 * Brackets of a formula as pairs. TeX writes them as single characters; Word and typst know pairs that stand around what
 * is between them, and what is raised behind one is raised behind the pair.
 */

const OPEN: Record<string, string> = {
  '(': '(',
  '[': '[',
  '\\{': '\\{',
  '\\lbrace': '\\{',
  '\\lvert': '|',
  '\\lVert': '\\|',
  '\\langle': '\\langle',
  '\\lfloor': '\\lfloor',
  '\\lceil': '\\lceil',
};
const CLOSE: Record<string, string> = {
  ')': ')',
  ']': ']',
  '\\}': '\\}',
  '\\rbrace': '\\}',
  '\\rvert': '|',
  '\\rVert': '\\|',
  '\\rangle': '\\rangle',
  '\\rfloor': '\\rfloor',
  '\\rceil': '\\rceil',
};
/** Bars open and close alike. */
const BARS: Record<string, string> = { '|': '|', '\\vert': '|', '\\|': '\\|', '\\Vert': '\\|' };
/** What ends a thing that bars may stand around; behind anything else a bar opens. */
const ENDS_NOTHING =
  /^(?:[=+\-*/<>,;:([&~^_]|\\(?:le|ge|leq|geq|ne|neq|in|to|times|cdot|pm|sum|prod|int|quad|qquad|mid|[,;:! ]))$/;
const TOKEN = /\\(?:[A-Za-z]+\*?|[\s\S])|[\s\S]/g;

interface Opened {
  at: number;
  is: string;
  isBar: boolean;
}

/**
 * `|x|` as `\left|x\right|`; what has no partner stays what it is.
 * @param all round, square and curly ones, too; else bars alone
 */
export function withPairs(tex: string, { all }: { all: boolean }): string {
  const tokens = tex.match(TOKEN) ?? [];
  const changes = new Map<number, string>();
  /** The brackets and bars that are open, by groups: braces, environments and pairs that are such already. */
  const groups: Opened[][] = [[]];
  const leave = () => {
    if (groups.length > 1) groups.pop();
  };
  const pair = ({ at: from, is, isBar }: Opened, to: number, right: string) => {
    if (!all && !isBar) return;
    changes.set(from, `\\left${is}`);
    changes.set(to, `\\right${right} `);
  };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as string;
    const here = groups.at(-1) as Opened[];
    if (token === '{') groups.push([]);
    else if (token === '}') leave();
    else if (token === '&') here.length = 0;
    else if (token === '\\\\') {
      here.length = 0;
      at = endOf(tokens, at, '[');
    } else if (token === '\\sqrt') at = endOf(tokens, at, '[');
    else if (/^\\(?:text|mbox|operatorname|color)/.test(token)) at = endOf(tokens, at, '{');
    else if (/^\\(?:begin|end)$/.test(token)) {
      at = endOf(tokens, at, '{');
      if (token === '\\begin') groups.push([]);
      else leave();
    } else if (/^\\(?:left|right|middle|[bB]igg?[lrm]?)$/.test(token)) {
      // What stands behind it is its own.
      at += 1;
      if (token === '\\left') groups.push([]);
      else if (token === '\\right') leave();
    } else if (token in OPEN)
      here.push({ at, is: OPEN[token] as string, isBar: token === '\\lvert' || token === '\\lVert' });
    else if (token in CLOSE) {
      // A bar that is still open is a relation: P(A | B).
      while (here.at(-1)?.isBar && !/^\\[rl]?[vV]ert/.test(token)) here.pop();
      const from = here.pop();
      if (from !== undefined) pair(from, at, CLOSE[token] as string);
    } else if (token in BARS) {
      const is = BARS[token] as string;
      const last = here.at(-1);
      if (last?.isBar && last.is === is && endsSomething(tokens, at)) {
        here.pop();
        pair(last, at, is);
      } else here.push({ at, is, isBar: true });
    }
  }
  return tokens.map((token, at) => changes.get(at) ?? token).join('');
}

function endsSomething(tokens: string[], at: number): boolean {
  let before = at - 1;
  while (/^\s$/.test(tokens[before] ?? '')) before -= 1;
  const token = tokens[before];
  return token !== undefined && !ENDS_NOTHING.test(token) && !(token in BARS);
}

/** The last token of the group that opens right behind `at`; `at` where there is none. */
function endOf(tokens: string[], at: number, open: '{' | '['): number {
  let to = at + 1;
  while (/^\s$/.test(tokens[to] ?? '')) to += 1;
  if (tokens[to] !== open) return at;
  const close = open === '{' ? '}' : ']';
  for (let depth = 0; to < tokens.length; to += 1) {
    if (tokens[to] === open) depth += 1;
    else if (tokens[to] === close) depth -= 1;
    if (depth === 0) return to;
  }
  return at;
}
