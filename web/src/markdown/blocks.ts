/**
 * Markdown as HTML, block by block: while text streams in only the last block changes, so the ones before it
 * keep their DOM with its typeset formulas and loaded figures. The HTML is not yet safe to show: sanitise.ts.
 */
import createMarkdownIt, { type Env, type MarkdownIt, type Token } from 'markdown-it';
import { mathRule } from './math-rule.ts';

/** `document`: a paper, whose own HTML is kept (comments vanish); `message`: a chat, where it shows as text. */
export type MarkdownFlavour = 'document' | 'message';

const flavours: Record<MarkdownFlavour, MarkdownIt> = {
  document: markdownIt({ html: true, breaks: false }),
  message: markdownIt({ html: false, breaks: true }),
};

export function markdownBlocks(source: string, flavour: MarkdownFlavour): string[] {
  return createMarkdownBlocks(flavour)(source);
}

interface Parsed {
  source: string;
  blocks: string[];
  /** Where the source of the last block begins. */
  lastStart: number;
  /** It defines links by name: `[name]: address`. */
  named: boolean;
}

/**
 * A function from a source to its blocks, each passed through `finish` once. A source that only grew, as a streamed
 * answer does, is parsed from its last block on: a block that another one follows is closed for good. Only where a
 * text defines its links by name, which may come before their definition, is all of it parsed anew.
 */
export function createMarkdownBlocks(
  flavour: MarkdownFlavour,
  finish: (html: string) => string = (html) => html,
): (source: string) => string[] {
  const markdown = flavours[flavour];
  let known: Parsed = { source: '', blocks: [], lastStart: 0, named: false };

  function parse(source: string): Parsed {
    const env: Env = {};
    const groups = topLevel(markdown.parse(source, env));
    const blocks = groups.map((tokens) => finish(markdown.renderer.render(tokens, markdown.options, env)));
    const named = Object.keys(env.references ?? {}).length > 0;
    const line = groups.at(-1)?.[0]?.map?.[0] ?? 0;
    return { source, blocks, lastStart: startOfLine(source, line), named };
  }

  function grown(source: string): Parsed {
    const { blocks, lastStart } = known;
    const tail = parse(source.slice(lastStart));
    if (tail.named) return parse(source);
    return {
      source,
      blocks: [...blocks.slice(0, -1), ...tail.blocks],
      lastStart: lastStart + tail.lastStart,
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

/** The place of a line's first character. */
function startOfLine(source: string, line: number): number {
  const ends = /\r\n?|\n/g;
  for (let passed = 0; passed < line; passed += 1) if (ends.exec(source) === null) return source.length;
  return ends.lastIndex;
}

function markdownIt(options: { html: boolean; breaks: boolean }): MarkdownIt {
  const markdown = createMarkdownIt({ linkify: false, typographer: false, ...options });
  markdown.use(mathRule);
  markdown.core.ruler.push('align', (state) => {
    for (const token of state.tokens) {
      // A class instead of a style: styles in untrusted HTML are stripped.
      const align = /text-align:(left|center|right)/.exec(String(token.attrGet('style')))?.[1];
      if (align !== undefined) token.attrs = [['align', align]];
    }
  });
  return markdown;
}

export interface OutlineEntry {
  level: number;
  title: string;
  /** Which of the document's blocks it is. */
  block: number;
  /** Its line in the source, from 0. */
  line: number;
}

/** A document's headings. Those inside quotes and lists are none of its sections' (F6). */
export function outlineOf(source: string): OutlineEntry[] {
  const text = withoutFrontMatter(source);
  const skipped = lineCount(source.slice(0, source.length - text.length));
  return topLevel(flavours.document.parse(text, {})).flatMap(([open, inline], block) => {
    if (open?.type !== 'heading_open') return [];
    const title = plainText(inline?.children ?? []);
    return [{ level: Number(open.tag.slice(1)), title, block, line: skipped + (open.map?.[0] ?? 0) }];
  });
}

function plainText(tokens: Token[]): string {
  return tokens
    .map((token) =>
      token.type === 'softbreak' ? ' ' : token.children ? plainText(token.children) : token.content,
    )
    .join('')
    .trim();
}

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

function withoutFrontMatter(source: string): string {
  return source.replace(/^\ufeff?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/, '');
}

function topLevel(tokens: Token[]): Token[][] {
  const blocks: Token[][] = [];
  let open: Token[] = [];
  for (const token of tokens) {
    open.push(token);
    if (token.level === 0 && token.nesting <= 0) {
      blocks.push(open);
      open = [];
    }
  }
  return open.length > 0 ? [...blocks, open] : blocks;
}
