/**
 * What an SVG costs to draw, told before it is drawn (O10): whoever draws it ends with the whole program where it is nested
 * too deeply or says that it is too large, and takes for ever where its parts name each other.
 */
import { PICTURE_PIXELS } from '../job.ts';

const MOST_DEPTH = 200;
/** Elements that are drawn, each use of another one counted with all that it holds. */
const MOST_ELEMENTS = 300_000;
const LENGTH = /^\s*(\d{1,7}(?:\.\d{0,20})?)\s*(?:px|pt|in|cm|mm|em)?\s*$/;

interface Element {
  /** What it names: by `href`, or by `url(#…)`. */
  names: string[];
  /** One past the last element that it holds. */
  end: number;
}

/** Why it is not drawn, as the end of a sentence; null where it may be. Linear in the text. */
export function whyNotDrawn(svg: string): string | null {
  if (/<!(?:ENTITY|DOCTYPE[^>]*\[)/i.test(svg)) return 'defines entities';
  if (!isOfUsualSize(svg)) return 'is too large';
  const elements: Element[] = [];
  const ids = new Map<string, number>();
  const open: number[] = [];
  for (const [tag, close, attributes = '', empty] of svg.matchAll(/<(\/?)[A-Za-z][^\s/>]*([^<>]*?)(\/?)>/g)) {
    if (close === '/') {
      const last = open.pop();
      if (last !== undefined) (elements[last] as Element).end = elements.length;
      continue;
    }
    if (tag === undefined) continue;
    const names = [...attributes.matchAll(/(?:href\s*=\s*["']#|url\(\s*["']?#)([^"')\s]+)/g)];
    const id = /\sid\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1];
    if (id !== undefined && !ids.has(id)) ids.set(id, elements.length);
    elements.push({ names: names.map(([, name = '']) => name), end: elements.length + 1 });
    if (empty !== '/') open.push(elements.length - 1);
    if (open.length > MOST_DEPTH) return 'is nested too deeply';
    if (elements.length > MOST_ELEMENTS) return 'has too many parts';
  }
  return drawnOf(elements, ids) > MOST_ELEMENTS ? 'names its parts too often' : null;
}

function isOfUsualSize(svg: string): boolean {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? '';
  const written = (name: string) =>
    new RegExp(`\\s${name}\\s{0,9}=\\s{0,9}["']([^"']{0,200})`).exec(root)?.[1] ?? '';
  const box = written('viewBox')
    .trim()
    .split(/[\s,]+/);
  const side = (length: string, ofBox: string | undefined): number => {
    const said = length === '' || length.trim().endsWith('%') ? (ofBox ?? '1') : length;
    return Number(LENGTH.exec(said)?.[1] ?? Number.POSITIVE_INFINITY);
  };
  return side(written('width'), box[2]) * side(written('height'), box[3]) <= PICTURE_PIXELS;
}

/** All elements with what they name, and what that names; what leads to itself counts as endless. */
function drawnOf(elements: readonly Element[], ids: ReadonlyMap<string, number>): number {
  const known = new Map<number, number>();
  const named = (from: number, to: number): number[] =>
    elements.slice(from, to).flatMap(({ names }) => names.flatMap((name) => ids.get(name) ?? []));
  // Deepest first, without calling itself: a chain may be as long as the file.
  const costOf = (first: number): number => {
    const stack = [first];
    while (stack.length > 0) {
      const at = stack.at(-1) as number;
      const { end } = elements[at] as Element;
      const others = named(at, end);
      const left = known.has(at) ? [] : others.filter((other) => !known.has(other));
      if (left.some((other) => stack.includes(other))) return Number.POSITIVE_INFINITY;
      if (left.length > 0) stack.push(left[0] as number);
      else {
        known.set(at, end - at + others.reduce((sum, other) => sum + (known.get(other) ?? 0), 0));
        stack.pop();
      }
      if (stack.length > MOST_DEPTH) return Number.POSITIVE_INFINITY;
    }
    return known.get(first) ?? 0;
  };
  let sum = elements.length;
  for (const other of named(0, elements.length)) {
    sum += costOf(other);
    if (sum > MOST_ELEMENTS) return sum;
  }
  return sum;
}
