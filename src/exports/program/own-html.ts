/**
 * Blocks as HTML in our own words: what stands in for pandoc where it is not installed (O11). Every text is escaped, and
 * there is no node whose content is taken as markup but KaTeX's own.
 */
import katex from 'katex';
import { forKatex, type Macros } from '../../domain/markdown/tex.ts';
import type { Attr, Block, Cell, Inline, MathNode, Problem, Row } from '../paper/ast.ts';
import { escapedHtml } from './html-page.ts';

/** Characters of a formula that is set; a longer one is shown as its TeX. */
const MOST_TEX = 20_000;

export interface OwnHtmlOptions {
  macros: Macros;
  problems: Problem[];
  /** Sections have numbers. */
  numbered: boolean;
}

/** What it says stands beside the formula already. */
const TAG = /\\tag\*?\{[^{}]*\}/g;

/** pandoc's shapes of what lower.ts makes for HTML. */
type Shape = { t: string; c: unknown };

export class OwnHtml {
  #options: OwnHtmlOptions;
  #notes: string[] = [];
  #sections: number[] = [];

  constructor(options: OwnHtmlOptions) {
    this.#options = options;
  }

  blocks(blocks: readonly Block[]): string {
    return blocks.map((block) => this.#block(block as Shape)).join('\n');
  }

  inlines(inlines: readonly Inline[]): string {
    return inlines.map((inline) => this.#inline(inline as Inline & Shape)).join('');
  }

  /** The footnotes of all that was written so far; empty without. */
  notes(): string {
    if (this.#notes.length === 0) return '';
    return `<section class="footnotes"><hr>\n<ol>\n${this.#notes.join('\n')}\n</ol>\n</section>`;
  }

  #block({ t, c }: Shape): string {
    switch (t) {
      case 'Para':
        return `<p>${this.inlines(c as Inline[])}</p>`;
      case 'Plain':
        return this.inlines(c as Inline[]);
      case 'Header':
        return this.#header(c as [number, Attr, Inline[]]);
      case 'BulletList':
        return `<ul>\n${this.#items(c as Block[][])}\n</ul>`;
      case 'OrderedList': {
        const [[start], items] = c as [[number], Block[][]];
        return `<ol${start === 1 ? '' : ` start="${Number(start)}"`}>\n${this.#items(items)}\n</ol>`;
      }
      case 'BlockQuote':
        return `<blockquote>\n${this.blocks(c as Block[])}\n</blockquote>`;
      case 'CodeBlock':
        return `<pre><code>${escapedHtml((c as [Attr, string])[1])}</code></pre>`;
      case 'HorizontalRule':
        return '<hr>';
      case 'Div': {
        const [attributes, content] = c as [Attr, Block[]];
        return `<div${written(attributes)}>\n${this.blocks(content)}\n</div>`;
      }
      case 'Figure': {
        const [attributes, [, caption], content] = c as [Attr, [null, Block[]], Block[]];
        return `<figure${written(attributes)}>\n${this.blocks(content)}\n<figcaption>${this.blocks(caption)}</figcaption>\n</figure>`;
      }
      case 'Table':
        return this.#table(c as TableContent);
      default:
        return '';
    }
  }

  #header([level, [id, classes], text]: [number, Attr, Inline[]]): string {
    const tag = `h${Math.min(level + 1, 6)}`;
    const isNumbered = this.#options.numbered && !classes.includes('unnumbered');
    const number = isNumbered ? `<span class="header-section-number">${this.#count(level)}</span> ` : '';
    return `<${tag}${written([id, [], []])}>${number}${this.inlines(text)}</${tag}>`;
  }

  #count(level: number): string {
    this.#sections.length = level;
    for (let at = 0; at < level; at += 1) this.#sections[at] ??= 0;
    this.#sections[level - 1] = (this.#sections[level - 1] ?? 0) + 1;
    return this.#sections.join('.');
  }

  #items(items: readonly Block[][]): string {
    return items.map((item) => `<li>${this.blocks(item)}</li>`).join('\n');
  }

  #table([attributes, [, caption], columns, [, head], bodies]: TableContent): string {
    const sides = columns.map(([{ t }]) => SIDES[t] ?? 'left');
    const row = (tag: 'th' | 'td', [, cells]: Row) =>
      `<tr>${cells.map((cell, index) => `<${tag} style="text-align: ${sides[index] ?? 'left'}">${this.blocks(contentOf(cell))}</${tag}>`).join('')}</tr>`;
    const lines = bodies.flatMap(([, , , rows]) => rows.map((one) => row('td', one)));
    return [
      `<table${written(attributes)}>`,
      ...(caption.length === 0 ? [] : [`<caption>${this.blocks(caption)}</caption>`]),
      `<thead>${head.map((one) => row('th', one)).join('')}</thead>`,
      `<tbody>\n${lines.join('\n')}\n</tbody>`,
      '</table>',
    ].join('\n');
  }

  #inline(inline: Inline & Shape): string {
    const { t, c } = inline;
    const tag = TAGS[t];
    if (tag !== undefined) return `<${tag}>${this.inlines(c as Inline[])}</${tag}>`;
    switch (t) {
      case 'Str':
        return escapedHtml(c as string);
      case 'Space':
      case 'SoftBreak':
        return t === 'Space' ? ' ' : '\n';
      case 'LineBreak':
        return '<br>';
      case 'Code':
        return `<code>${escapedHtml((c as [Attr, string])[1])}</code>`;
      case 'Math':
        return this.#math(inline as unknown as MathNode);
      case 'Link': {
        const [, text, [url]] = c as [Attr, Inline[], [string, string]];
        return `<a href="${escapedHtml(url)}">${this.inlines(text)}</a>`;
      }
      case 'Image':
        return image(c as [Attr, Inline[], [string, string]]);
      case 'Span': {
        const [attributes, content] = c as [Attr, Inline[]];
        return `<span${written(attributes)}>${this.inlines(content)}</span>`;
      }
      case 'Note': {
        const number = this.#notes.push('');
        this.#notes[number - 1] = `<li id="note-${number}">${this.blocks(c as Block[])}</li>`;
        return `<sup><a href="#note-${number}">${number}</a></sup>`;
      }
      case 'Cite':
        return this.inlines((c as [unknown, Inline[]])[1]);
      default:
        return '';
    }
  }

  #math({ c: [{ t }, tex], line }: MathNode): string {
    const displayMode = t === 'DisplayMath';
    const { macros, problems } = this.#options;
    try {
      if (tex.length > MOST_TEX) throw new Error('too long');
      const drawn = katex.renderToString(forKatex(tex.replace(TAG, ''), displayMode), {
        displayMode,
        output: 'mathml',
        trust: false,
        strict: 'ignore',
        maxExpand: 500,
        maxSize: 20,
        // KaTeX writes into what it is given.
        macros: { ...macros },
      });
      // Browsers stretch what is a bracket to them, which KaTeX's bars are not.
      const mathml = /<math[\s\S]*<\/math>/.exec(drawn)?.[0] ?? drawn;
      return mathml.replace(/<mo fence="true">([∣∥])<\/mo>/g, (_, bar: string) => BARS[bar] ?? bar);
    } catch {
      problems.push({
        code: 'formula_as_text',
        message: `A formula could not be set and is shown as its TeX: ${tex.replace(/\s+/g, ' ').slice(0, 100)}`,
        ...(line === undefined ? {} : { line }),
      });
      return `<code>${escapedHtml(tex.replace(/\s+/g, ' ').trim())}</code>`;
    }
  }
}

type TableContent = [
  Attr,
  [null, Block[]],
  [{ t: string }, unknown][],
  [Attr, Row[]],
  [Attr, number, Row[], Row[]][],
];

const BARS: Record<string, string> = { '∣': stretched('|'), '∥': stretched('‖') };

function stretched(bar: string): string {
  return `<mo fence="true" stretchy="true">${bar}</mo>`;
}

const TAGS: Record<string, string> = {
  Emph: 'em',
  Strong: 'strong',
  Strikeout: 'del',
  Superscript: 'sup',
  Subscript: 'sub',
};
const SIDES: Record<string, string> = { AlignLeft: 'left', AlignRight: 'right', AlignCenter: 'center' };

function contentOf(cell: Cell): Block[] {
  return cell[4];
}

function written([id, classes]: Attr): string {
  return `${id === '' ? '' : ` id="${escapedHtml(id)}"`}${classes.length === 0 ? '' : ` class="${escapedHtml(classes.join(' '))}"`}`;
}

function image([[, , size], , [address]]: [Attr, Inline[], [string, string]]): string {
  const style = size.map(([name, value]) => `${name}: ${value}`).join('; ');
  return `<img src="${escapedHtml(address)}"${style === '' ? '' : ` style="${escapedHtml(style)}"`} alt="">`;
}
