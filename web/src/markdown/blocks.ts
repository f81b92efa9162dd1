/**
 * Markdown as HTML, block by block: while text streams in only the last block changes, so the ones before it
 * keep their DOM with its typeset formulas and loaded figures. The HTML is not yet safe to show: sanitise.ts.
 */
import type { Env, MarkdownIt, RendererRule, Token } from 'markdown-it';
import { frontMatterLines } from '../../../src/domain/markdown/front-matter.ts';
import { linesOf } from '../../../src/domain/markdown/line-ends.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { createParser } from '../../../src/domain/markdown/parser.ts';
import { UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';
import { showAsked } from './asked.ts';

/** `document`: a paper, whose own HTML is kept (comments vanish but those of asked.ts); `message`: a chat, where it shows as text. */
export type MarkdownFlavour = 'document' | 'message';

/** Notes without the ids of the package's own rendering, which several texts on one page would share. */
const FOOTNOTES: Record<string, RendererRule> = {
  footnote_ref: (tokens, index) => `<sup><a class="footnote-ref">${noteNumber(tokens[index])}</a></sup>`,
  footnote_block_open: () => '<section class="footnotes"><ol>\n',
  footnote_block_close: () => '</ol></section>\n',
  footnote_open: () => '<li>',
  footnote_close: () => '</li>\n',
  footnote_anchor: (tokens, index) => ` <a class="footnote-back">${noteNumber(tokens[index])}</a>`,
};

const flavours: Record<MarkdownFlavour, MarkdownIt> = {
  document: forThePage(createParser({ html: true, breaks: false })).use(showAsked),
  message: forThePage(createParser({ html: false, breaks: true })),
};

export function markdownBlocks(source: string, flavour: MarkdownFlavour): string[] {
  return createMarkdownBlocks(flavour)(source);
}

interface Parsed {
  source: string;
  blocks: string[];
  /** How many of them stay as they are, whatever follows. */
  closed: number;
  /** Where the source of the others begins. */
  openStart: number;
  /** It defines links or notes by name: `[name]: address`, `[^name]: note`. */
  named: boolean;
}

/**
 * A function from a source to its blocks, each passed through `finish` once. A source that only grew, as a streamed
 * answer does, is parsed from its last block on: a block that another one follows is closed for good. Only where a
 * text defines its links or notes by name, which may come before their definition, is all of it parsed anew.
 */
export function createMarkdownBlocks(
  flavour: MarkdownFlavour,
  finish: (html: string) => string = (html) => html,
): (source: string) => string[] {
  const markdown = flavours[flavour];
  let known: Parsed = { source: '', blocks: [], closed: 0, openStart: 0, named: false };

  function parse(source: string): Parsed {
    const env: Env = {};
    const groups = topLevel(markdown.parse(source, env));
    const blocks = groups.map((tokens) => finish(markdown.renderer.render(tokens, markdown.options, env)));
    const named = Object.keys(env.references ?? {}).length > 0 || env.footnotes !== undefined;
    const closed = Math.max(0, groups.length - openBlocks(groups));
    const line = groups[closed]?.[0]?.map?.[0] ?? 0;
    return { source, blocks, closed, openStart: startOfLine(source, line), named };
  }

  function grown(source: string): Parsed {
    const { blocks, closed, openStart } = known;
    const tail = parse(source.slice(openStart));
    if (tail.named) return parse(source);
    return {
      source,
      blocks: [...blocks.slice(0, closed), ...tail.blocks],
      closed: closed + tail.closed,
      openStart: openStart + tail.openStart,
      named: false,
    };
  }

  return (whole) => {
    const source = flavour === 'document' ? withoutFrontMatter(whole) : whole;
    if (source === known.source) return known.blocks;
    const goesOn = !known.named && source.startsWith(known.source);
    known = goesOn ? grown(source) : parse(source);
    return known.blocks;
  };
}

/** How many at the end may still change: whether a comment shows depends on what stands on both sides of it (asked.ts). */
function openBlocks(groups: readonly Token[][]): number {
  const isHeading = (at: number) => groups.at(at)?.[0]?.type === 'heading_open';
  if (isHeading(-3) && groups.at(-2)?.[0]?.type === 'html_block') return 3;
  return isHeading(-2) ? 2 : 1;
}

/** The place of a line's first character. */
function startOfLine(source: string, line: number): number {
  const ends = /\r\n?|\n/g;
  for (let passed = 0; passed < line; passed += 1) if (ends.exec(source) === null) return source.length;
  return ends.lastIndex;
}

function forThePage(markdown: MarkdownIt): MarkdownIt {
  markdown.core.ruler.push('align', (state) => {
    for (const token of state.tokens) {
      // A class instead of a style: styles in untrusted HTML are stripped.
      const align = /text-align:(left|center|right)/.exec(String(token.attrGet('style')))?.[1];
      if (align !== undefined) token.attrs = [['align', align]];
    }
  });
  Object.assign(markdown.renderer.rules, FOOTNOTES);
  return markdown;
}

function noteNumber(token: Token | undefined): number {
  return Number(token?.meta?.id) + 1;
}

export interface OutlineEntry {
  level: number;
  title: string;
  /** Which of the document's blocks it is. */
  block: number;
  /** Its line in the source, from 0. */
  line: number;
}

/** A document's sections as the server reads them (F6); none of a text that is too large to be read so. */
export function outlineOf(source: string): OutlineEntry[] {
  try {
    return outline(source).map(({ level, title, block, line }) => ({ level, title, block, line: line - 1 }));
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return [];
    throw error;
  }
}

/** The line of a document's source, from 0, at which each of its blocks begins. */
export function blockLines(source: string): number[] {
  const skipped = frontMatterLines(source, linesOf(source));
  const groups = topLevel(flavours.document.parse(withoutFrontMatter(source), {}));
  let last = skipped;
  return groups.map((tokens) => {
    // The notes stand at no line of their own.
    last = Math.max(last, skipped + (tokens[0]?.map?.[0] ?? 0));
    return last;
  });
}

function withoutFrontMatter(source: string): string {
  const lines = linesOf(source);
  return source.slice(lines[frontMatterLines(source, lines)]?.start ?? source.length);
}

function topLevel(tokens: Token[]): Token[][] {
  const blocks: Token[][] = [];
  let open: Token[] = [];
  const notes = tokens.findIndex((token) => token.type === 'footnote_block_open');
  for (const [index, token] of tokens.entries()) {
    open.push(token);
    // The notes are one block, whatever their tokens say of their depth.
    if (token.level === 0 && token.nesting <= 0 && (notes < 0 || index < notes)) {
      blocks.push(open);
      open = [];
    }
  }
  return open.length > 0 ? [...blocks, open] : blocks;
}
