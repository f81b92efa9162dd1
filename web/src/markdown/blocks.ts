/**
 * Markdown as HTML, block by block: while text streams in only the last block changes, so the ones before it
 * keep their DOM with its typeset formulas and loaded figures. The HTML is not yet safe to show: sanitise.ts.
 */
import createMarkdownIt, { type MarkdownIt, type Token } from 'markdown-it';
import { mathRule } from './math-rule.ts';

/** `document`: a paper, whose own HTML is kept (comments vanish); `message`: a chat, where it shows as text. */
export type MarkdownFlavour = 'document' | 'message';

const flavours: Record<MarkdownFlavour, MarkdownIt> = {
  document: markdownIt({ html: true, breaks: false }),
  message: markdownIt({ html: false, breaks: true }),
};

export function markdownBlocks(source: string, flavour: MarkdownFlavour): string[] {
  const markdown = flavours[flavour];
  const text = flavour === 'document' ? withoutFrontMatter(source) : source;
  const env = {};
  return topLevel(markdown.parse(text, env)).map((tokens) =>
    markdown.renderer.render(tokens, markdown.options, env),
  );
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
