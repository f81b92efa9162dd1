/** The inline half of reading a paper: markdown-it's tokens to nodes. HTML is text or nothing, never passed on (O10). */
import type { Token } from 'markdown-it';
import { workspacePath } from '../../domain/markdown/workspace-path.ts';
import { attr, type Block, type Inline, str } from './ast.ts';
import { readText } from './text-run.ts';

export interface InlineContext {
  /** 1-based line of the first token. */
  line: number;
  /** The blocks of a footnote, by its number from 0. */
  note(id: number): Block[];
}

/** Between two wide characters a line's end is no space: Chinese and Japanese have none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

const PAIRS: Record<string, 'Emph' | 'Strong' | 'Strikeout'> = {
  em: 'Emph',
  strong: 'Strong',
  s: 'Strikeout',
};
const HTML_PAIRS: Record<string, 'Superscript' | 'Subscript' | 'Emph' | 'Strong'> = {
  sup: 'Superscript',
  sub: 'Subscript',
  i: 'Emph',
  em: 'Emph',
  b: 'Strong',
  strong: 'Strong',
};

export function readInlines(tokens: readonly Token[], context: InlineContext): Inline[] {
  return new InlineReader(tokens, context).read();
}

class InlineReader {
  #tokens: readonly Token[];
  #context: InlineContext;
  #line: number;
  #at = 0;

  constructor(tokens: readonly Token[], context: InlineContext) {
    this.#tokens = tokens;
    this.#context = context;
    this.#line = context.line;
  }

  read(isClose: (token: Token) => boolean = () => false): Inline[] {
    const made: Inline[] = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at] as Token;
      if (isClose(token)) {
        this.#at += 1;
        return withoutWideBreaks(made);
      }
      made.push(...this.#one(token));
    }
    return withoutWideBreaks(made);
  }

  #one(token: Token): Inline[] {
    if (token.type === 'text' || token.type === 'softbreak') return this.#run();
    this.#at += 1;
    const kind = PAIRS[token.tag];
    if (kind !== undefined && token.nesting === 1)
      return [{ t: kind, c: this.read((other) => other.type === token.type.replace('_open', '_close')) }];
    switch (token.type) {
      case 'hardbreak':
        this.#line += 1;
        return [{ t: 'LineBreak' }];
      case 'code_inline':
        return [{ t: 'Code', c: [attr(), token.content] }];
      case 'math_inline':
      case 'math_block':
        return [this.#math(token)];
      case 'link_open': {
        const c = this.read((other) => other.type === 'link_close');
        return [{ t: 'Link', c: [attr(), c, [String(token.attrGet('href') ?? ''), '']] }];
      }
      case 'image':
        return [this.#image(token)];
      case 'footnote_ref':
        return [{ t: 'Note', c: this.#context.note(Number(token.meta?.id ?? -1)) }];
      case 'html_inline':
        return this.#html(token.content);
      default:
        // Escapes and entities are text in which nothing is looked for.
        return token.content === '' ? [] : [str(token.content)];
    }
  }

  /** Neighbouring texts and line ends are read together: a citation may go over a line's end. */
  #run(): Inline[] {
    const from = this.#line;
    let text = '';
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const { type, content } = this.#tokens[this.#at] as Token;
      if (type === 'text') text += content;
      else if (type === 'softbreak') {
        text += '\n';
        this.#line += 1;
      } else break;
    }
    return readText(text, from);
  }

  #math(token: Token): Inline {
    const line = this.#line;
    this.#line += token.content.split('\n').length - 1;
    const t = token.type === 'math_block' ? 'DisplayMath' : 'InlineMath';
    return { t: 'Math', c: [{ t }, token.content], line };
  }

  #image(token: Token): Inline {
    const src = String(token.attrGet('src') ?? '');
    const text = readInlines(token.children ?? [], { ...this.#context, line: this.#line });
    return { t: 'Image', c: [attr(), text, [src, workspacePath(src) ?? '']], line: this.#line };
  }

  #html(tag: string): Inline[] {
    const name = /^<([a-z]+)\b[^>]*>$/i.exec(tag)?.[1]?.toLowerCase() ?? '';
    if (name === 'br') return [{ t: 'LineBreak' }];
    if (name === 'img') {
      const image = htmlImage(tag, this.#line);
      return image === null ? [] : [image];
    }
    const kind = HTML_PAIRS[name];
    const isEnd = (other: Token) =>
      other.type === 'html_inline' && other.content.toLowerCase().startsWith(`</${name}`);
    if (kind === undefined || !this.#tokens.slice(this.#at).some(isEnd)) return [];
    return [{ t: kind, c: this.read(isEnd) }];
  }
}

/** `<img src="…" alt="…" width="…">`, as people write it to give a size; null without an address. */
export function htmlImage(tag: string, line: number): Inline | null {
  const value = (name: string) =>
    new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i')
      .exec(tag)
      ?.slice(1)
      .find((one) => one !== undefined);
  const src = value('src');
  if (src === undefined) return null;
  const width = /^\d{1,4}(?:\.\d+)?(?:%|px)?$/.exec(value('width') ?? '')?.[0];
  const pairs: [string, string][] =
    width === undefined ? [] : [['width', /\d$/.test(width) ? `${width}px` : width]];
  const alt = value('alt') ?? '';
  return {
    t: 'Image',
    c: [attr('', [], pairs), alt === '' ? [] : readText(alt, line), [src, workspacePath(src) ?? '']],
    line,
  };
}

function withoutWideBreaks(inlines: Inline[]): Inline[] {
  return inlines.filter((inline, index) => {
    if (inline.t !== 'SoftBreak') return true;
    const before = inlines[index - 1];
    const after = inlines[index + 1];
    return !(
      before?.t === 'Str' &&
      after?.t === 'Str' &&
      WIDE.test(before.c.at(-1) ?? '') &&
      WIDE.test(after.c[0] ?? '')
    );
  });
}
