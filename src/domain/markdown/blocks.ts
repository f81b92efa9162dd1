/**
 * The blocks at a document's top level, by whole lines. They are found without the parser's inline half: what the rest
 * does grows with the text's length times the nesting that is allowed, for whatever text (an outline is made of what
 * models and strangers wrote, in processes that serve others meanwhile).
 */
import type { Token } from 'markdown-it';
import { frontMatterLines } from './front-matter.ts';
import { type Line, linesOf } from './line-ends.ts';
import { createParser } from './parser.ts';
import { MOST_MARKDOWN_CHARACTERS, MOST_NESTING, tooDeep, tooLong } from './unreadable.ts';

/** Lines are counted from 0; `to` is the line after the block's last. */
export type Block = { from: number; to: number } & (
  | { kind: 'heading'; level: number; style: 'atx' | 'setext' }
  | { kind: 'paragraph' | 'html' | 'other' }
);

export interface TopLevel {
  lines: Line[];
  /** In order; front matter is none of them. */
  blocks: Block[];
}

const PARSER = createParser({ html: true, maxNesting: MOST_NESTING });
PARSER.core.ruler.enableOnly(['normalize', 'hide_pipes', 'block']);

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function topLevel(source: string): TopLevel {
  if (source.length > MOST_MARKDOWN_CHARACTERS) throw tooLong(source.length);
  const lines = linesOf(source);
  const shift = frontMatterLines(source, lines);
  const tokens = PARSER.parse(source.slice(lines[shift]?.start ?? source.length), {});
  // What stands deeper is cut off by the parser, and with it what follows.
  if (tokens.some((token) => token.level >= MOST_NESTING - 1)) throw tooDeep();
  return { lines, blocks: tokens.flatMap((token) => blockOf(token, shift)) };
}

function blockOf({ type, tag, level, map, markup, nesting }: Token, shift: number): Block[] {
  if (level !== 0 || nesting < 0 || map === null) return [];
  const at = { from: map[0] + shift, to: map[1] + shift };
  switch (type) {
    case 'heading_open':
      return [
        { ...at, kind: 'heading', level: Number(tag[1]), style: markup.startsWith('#') ? 'atx' : 'setext' },
      ];
    case 'paragraph_open':
      return [{ ...at, kind: 'paragraph' }];
    case 'html_block':
      return [{ ...at, kind: 'html' }];
    default:
      return [{ ...at, kind: 'other' }];
  }
}
