/** Characters that a document's fonts lack: its reader would see boxes, or nothing (O5). */
import type { Problem } from '../paper/ast.ts';
import { nodesOf } from './walk.ts';

/** That many are named. */
const MOST_NAMED = 12;
/** What has no shape of its own: spaces, line ends, joiners, variation selectors. */
const SHAPELESS = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
/** Where their text is the node's content, or stands behind attributes or a format's name. */
const TEXTS = new Set(['Str', 'Code', 'CodeBlock', 'Math', 'RawInline']);

/** Different characters of what is written in a tree, but ASCII. */
export function charactersOf(tree: unknown): string[] {
  const found = new Set<string>();
  for (const { t, c } of nodesOf(tree)) {
    if (!TEXTS.has(t)) continue;
    for (const char of String(t === 'Str' ? c : (c as unknown[])[1]))
      if (char > '\u007f' && !SHAPELESS.test(char)) found.add(char);
  }
  return [...found];
}

/** @param lacks whether one of these characters is missing. Asked of ever fewer, until each that is has been found. */
export function missingAmong(
  characters: readonly string[],
  lacks: (some: readonly string[]) => boolean,
  most = MOST_NAMED + 1,
): string[] {
  if (most <= 0 || characters.length === 0 || !lacks(characters)) return [];
  if (characters.length === 1) return [...characters];
  const half = characters.length >> 1;
  const left = missingAmong(characters.slice(0, half), lacks, most);
  return [...left, ...missingAmong(characters.slice(half), lacks, most - left.length)];
}

/** @param shown how the document shows them */
export function missingProblem(source: string, missing: readonly string[], shown: string): Problem[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, MOST_NAMED).map((char) => `${char} (${codeOf(char)})`);
  const more = missing.length > MOST_NAMED ? ' and more' : '';
  const line = source.split('\n').findIndex((text) => missing.some((char) => text.includes(char))) + 1;
  return [
    {
      code: 'characters_missing',
      message: `${shown}: ${named.join(', ')}${more}. Write them in another way, or take Word or HTML, which use the fonts of whoever reads them.`,
      ...(line === 0 ? {} : { line }),
    },
  ];
}

function codeOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
