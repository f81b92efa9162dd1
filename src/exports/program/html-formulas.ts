/** TeX for MathML, with what browsers do not know of themselves: the room at functions' names, the size of fractions. */
import { isSystem } from '../paper/normalise-tex.ts';

/**
 * @param read as texmath may read it
 * @param written as it stands in the paper
 */
export function forBrowsers(read: string, written: string): string {
  const spaced = withRoomAtFunctions(read);
  return isSystem(written) ? spaced.replace(/\\frac(?![A-Za-z])/g, '\\dfrac') : spaced;
}

const FUNCTION =
  /^\\(?:operatorname\*?\s*\{.*\}|(?:arc)?(?:sin|cos|tan)h?|cot|coth|sec|csc|arg|deg|det|dim|exp|gcd|hom|inf|ker|lg|lim|liminf|limsup|ln|log|max|min|Pr|sup)$/s;
/** Letters, digits, Greek: a function's name does not touch these. */
const SYMBOL =
  /^(?:[\p{L}\p{N}|]|\\(?:(?:var)?[Aa]lpha|beta|[Gg]amma|[Dd]elta|(?:var)?epsilon|zeta|eta|(?:var)?[Tt]heta|iota|kappa|[Ll]ambda|mu|nu|[Xx]i|[Pp]i|(?:var)?rho|[Ss]igma|tau|[Uu]psilon|(?:var)?[Pp]hi|chi|[Pp]si|[Oo]mega|ell|hbar|nabla|partial|infty|sum|prod|int))$/u;
/** What begins something that it does not touch, either. */
const BEGINS =
  /^(?:\{|\\(?:[dt]?frac|binom|sqrt|math(?:rm|bf|cal|bb|it|sf|frak)|boldsymbol|text|hat|widehat|bar|overline|tilde|widetilde|vec|dot|ddot|lvert))$/;
const CLOSED = /^(?:[})\]!']|\\rvert)$/;
const TOKEN = /\\operatorname\*?\s*\{[^{}]*\}|\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|\\.|\s+|./gsu;

/** TeX sets sin x and 2 sin x with a thin space, and sin(x) without one. */
function withRoomAtFunctions(tex: string): string {
  const tokens = tex.match(TOKEN) ?? [];
  let made = '';
  let before = '';
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at] ?? '';
    if (!FUNCTION.test(token)) {
      made += token;
      if (token.trim() !== '') before = token;
      at += 1;
      continue;
    }
    const end = endOfScripts(tokens, at + 1);
    const after = tokens.slice(end).find((one) => one.trim() !== '') ?? '';
    const touches = SYMBOL.test(before) || CLOSED.test(before);
    made += `${touches ? '\\,' : ''}${tokens.slice(at, end).join('')}`;
    // Where another name follows, the room is given once.
    before = FUNCTION.test(after) ? 'x' : '';
    if (SYMBOL.test(after) || BEGINS.test(after)) made += '\\,';
    at = end;
  }
  return made;
}

/** Behind a name, its indices and exponents, and whether they stand above and below. */
function endOfScripts(tokens: readonly string[], from: number): number {
  let end = from;
  for (let at = from; at < tokens.length; ) {
    const token = tokens[at] ?? '';
    if (token.trim() === '') at += 1;
    else if (/^(?:'|\\limits|\\nolimits)$/.test(token)) end = at += 1;
    else if (token === '^' || token === '_') end = at = endOfArgument(tokens, at + 1);
    else break;
  }
  return end;
}

function endOfArgument(tokens: readonly string[], from: number): number {
  let at = from;
  while (tokens[at]?.trim() === '') at += 1;
  let depth = 0;
  do {
    const token = tokens[at];
    if (token === '{') depth += 1;
    else if (token === '}') depth -= 1;
    at += 1;
    // What a command is given belongs to it.
    if (depth === 0 && /^\\[A-Za-z]+$/.test(token ?? '') && tokens[at] === '{') continue;
    if (depth === 0) return Math.min(at, tokens.length);
  } while (at < tokens.length);
  return tokens.length;
}
