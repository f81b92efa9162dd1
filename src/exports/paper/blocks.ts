/** The block half of reading a paper: markdown-it's tokens to nodes, pictures, tables and formulas with their captions. */
import type { Token } from 'markdown-it';
import { attr, type Block, type Inline, type Problem, type TableNode, words } from './ast.ts';
import { takeAttributes } from './attributes.ts';
import { blocksOfParagraph, withCaptions } from './captions.ts';
import { htmlImage, type InlineContext, readInlines } from './inlines.ts';
import { typeset } from './typography.ts';

export interface BlockReading {
  blocks: Block[];
  problems: Problem[];
}

/** @param shift lines before the first that the tokens count */
export function readBlocks(tokens: readonly Token[], shift: number): BlockReading {
  const problems: Problem[] = [];
  const notes = new Map<number, Block[]>();
  const reader = new BlockReader(tokens, shift, notes, problems);
  // Footnotes stand behind the text that they belong to, so they are read first.
  reader.readNotes();
  return { blocks: reader.readAll(), problems };
}

class BlockReader {
  #tokens: readonly Token[];
  #shift: number;
  #notes: Map<number, Block[]>;
  #problems: Problem[];
  #at = 0;

  constructor(tokens: readonly Token[], shift: number, notes: Map<number, Block[]>, problems: Problem[]) {
    this.#tokens = tokens;
    this.#shift = shift;
    this.#notes = notes;
    this.#problems = problems;
  }

  readNotes(): void {
    for (this.#at = 0; this.#at < this.#tokens.length; ) {
      const token = this.#next();
      if (token.type === 'footnote_open')
        this.#notes.set(Number(token.meta?.id), this.#until('footnote_close'));
    }
    this.#at = 0;
  }

  readAll(): Block[] {
    const made: Block[] = [];
    while (this.#at < this.#tokens.length) made.push(...this.#block());
    return withCaptions(made);
  }

  #next(): Token {
    const token = this.#tokens[this.#at] as Token;
    this.#at += 1;
    return token;
  }

  #until(close: string): Block[] {
    const made: Block[] = [];
    while (this.#at < this.#tokens.length && this.#tokens[this.#at]?.type !== close)
      made.push(...this.#block());
    this.#at += 1;
    return withCaptions(made);
  }

  #lineOf(token: Token): number {
    return (token.map?.[0] ?? 0) + 1 + this.#shift;
  }

  /** What stands between an opening and its closing token. */
  #inline(): Inline[] {
    const token = this.#next();
    this.#at += 1;
    return this.#inlinesOf(token);
  }

  #inlinesOf(token: Token): Inline[] {
    const context: InlineContext = { line: this.#lineOf(token), note: (id) => this.#notes.get(id) ?? [] };
    return typeset(readInlines(token.children ?? [], context));
  }

  #block(): Block[] {
    const token = this.#next();
    const line = this.#lineOf(token);
    switch (token.type) {
      case 'heading_open': {
        const { attributes, rest } = takeAttributes(this.#inline());
        return [{ t: 'Header', c: [Number(token.tag[1]), attr(attributes.id), rest], line }];
      }
      case 'paragraph_open':
        return blocksOfParagraph(this.#inline(), { isTight: token.hidden, line });
      case 'bullet_list_open':
        return [{ t: 'BulletList', c: this.#items() }];
      case 'ordered_list_open': {
        const start = Number(token.attrGet('start') ?? 1);
        return [{ t: 'OrderedList', c: [[start, { t: 'Decimal' }, { t: 'Period' }], this.#items()] }];
      }
      case 'blockquote_open':
        return [{ t: 'BlockQuote', c: this.#until('blockquote_close') }];
      case 'fence':
      case 'code_block':
        return [
          {
            t: 'CodeBlock',
            c: [attr('', languageOf(token)), token.content.replace(/\n$/, '')],
            line: token.type === 'fence' ? line + 1 : line,
          },
        ];
      case 'hr':
        return [{ t: 'HorizontalRule' }];
      case 'math_block':
        return [
          {
            t: 'Equation',
            id: '',
            math: { t: 'Math', c: [{ t: 'DisplayMath' }, token.content], line },
            line,
          },
        ];
      case 'html_block':
        return this.#html(token.content, line);
      case 'table_open':
        return [this.#table(line)];
      case 'footnote_block_open':
        this.#at = this.#tokens.length;
        return [];
      default:
        return [];
    }
  }

  #items(): Block[][] {
    const items: Block[][] = [];
    while (this.#tokens[this.#at]?.type === 'list_item_open') {
      this.#at += 1;
      items.push(this.#until('list_item_close'));
    }
    this.#at += 1;
    return items;
  }

  #table(line: number): TableNode {
    const alignments: string[] = [];
    const rows: Inline[][][] = [];
    let row: Inline[][] = [];
    for (let token = this.#next(); token.type !== 'table_close'; token = this.#next()) {
      if (token.type === 'tr_open') row = [];
      else if (token.type === 'tr_close') rows.push(row);
      else if (token.type === 'th_open') alignments.push(alignmentOf(token));
      else if (token.type === 'inline') row.push(this.#inlinesOf(token));
    }
    const [head = [], ...body] = rows;
    return { t: 'Table', id: '', caption: [], alignments, head, rows: body, line };
  }

  /** Pictures are taken out of it, other tags are not: what they hold is text. */
  #html(html: string, line: number): Block[] {
    const bare = html
      .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
      .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '');
    const pieces = bare.split(/(<[^>]*>)/);
    const images = pieces
      .filter((piece) => /^<img\s/i.test(piece))
      .flatMap((tag) => htmlImage(tag, line) ?? []);
    const text = pieces
      .filter((piece) => !piece.startsWith('<'))
      .join('')
      .trim();
    if (images.length === 0 && /<(?!!--|br\b|\/?(?:p|div|center)\b)/i.test(html))
      this.#problems.push({
        code: 'html_left_out',
        message: 'HTML has no place in an export: its tags are left out, its text stays.',
        line,
      });
    const caption: Block[] = text === '' ? [] : [{ t: 'Para', c: words(text) }];
    return [...images.flatMap((image) => blocksOfParagraph([image], { isTight: false, line })), ...caption];
  }
}

function languageOf(token: Token): string[] {
  const [name = ''] = token.info.trim().split(/\s+/);
  return /^[\w+#-]{1,30}$/.test(name) ? [name] : [];
}

const ALIGNMENTS: Record<string, string> = { left: 'AlignLeft', right: 'AlignRight', center: 'AlignCenter' };

function alignmentOf(token: Token): string {
  const said = /text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1] ?? '';
  return ALIGNMENTS[said] ?? 'AlignDefault';
}
