/**
 * A paper in nodes that pandoc knows, for one format: numbers and references become text, or the format's own labels.
 * Raw pieces are made here alone, of what this file writes and of checked numbers and labels; no text gets into one.
 */
import {
  attr,
  type Block,
  type Caption,
  type EquationNode,
  type FigureNode,
  type ImageNode,
  type Inline,
  type Problem,
  type ReferenceNode,
  str,
  type TableNode,
  words,
} from './ast.ts';
import type { PaperFormat } from './format.ts';
import type { Label, LabelKind } from './labels.ts';
import { type Pixels, pictureSize } from './picture-size.ts';
import { centred, docxEquation, fittedTable, typstFigure, typstText } from './set-apart.ts';
import { columnShares, everyColumnShare, fitOf, linesOf, pandocTable, typstTable } from './tables.ts';

/** A picture's name among the bytes that go with the document, or why it is not shown. */
export type PictureOf = (
  path: string,
  written: string,
) => { name: string; pixels: Pixels | null } | { problem: string };

export interface Lowering {
  format: PaperFormat;
  language: 'en' | 'zh';
  labels: ReadonlyMap<string, Label>;
  picture: PictureOf;
  problems: Problem[];
}

const NAMES: Record<'en' | 'zh', Record<LabelKind, string>> = {
  en: { fig: 'Figure', tbl: 'Table', eq: 'Equation', sec: 'Section' },
  zh: { fig: '图', tbl: '表', eq: '式', sec: '第' },
};

const NBSP = '\u00a0';
/** Of the page's width that text of a list has. */
const WITHIN_SHARE = 0.92;
/** Rows beyond which a table may go over pages. */
const LONG_TABLE = 20;

export function lowered(blocks: readonly Block[], to: Lowering): Block[] {
  return new Lower(to).blocks(blocks);
}

export function loweredInlines(inlines: readonly Inline[], to: Lowering): Inline[] {
  return new Lower(to).inlines(inlines);
}

class Lower {
  #to: Lowering;
  /** In lists and quotations: what stands there does not leave its place. */
  #isWithin = false;

  constructor(to: Lowering) {
    this.#to = to;
  }

  blocks(blocks: readonly Block[]): Block[] {
    return blocks.map((block) => this.#block(block));
  }

  #within(blocks: readonly Block[]): Block[] {
    const before = this.#isWithin;
    this.#isWithin = true;
    const made = this.blocks(blocks);
    this.#isWithin = before;
    return made;
  }

  inlines(inlines: readonly Inline[]): Inline[] {
    return inlines.map((inline) => this.#inline(inline));
  }

  #block(block: Block): Block {
    switch (block.t) {
      case 'Para':
      case 'Plain':
        return { t: block.t, c: this.inlines(block.c) };
      case 'Header': {
        const [level, attributes, text] = block.c;
        return { t: 'Header', c: [level, attributes, this.inlines(text)] };
      }
      case 'BulletList':
        return { t: 'BulletList', c: block.c.map((item) => this.#within(item)) };
      case 'OrderedList':
        return { t: 'OrderedList', c: [block.c[0], block.c[1].map((item) => this.#within(item))] };
      case 'BlockQuote':
        return { t: 'BlockQuote', c: this.#within(block.c) };
      case 'Div':
        return { t: 'Div', c: [block.c[0], this.blocks(block.c[1])] };
      case 'Figure':
        return this.#figure(block);
      case 'Table':
        return this.#table(block);
      case 'Equation':
        return this.#equation(block);
      default:
        return block;
    }
  }

  #inline(inline: Inline): Inline {
    switch (inline.t) {
      case 'Emph':
      case 'Strong':
      case 'Strikeout':
      case 'Superscript':
      case 'Subscript':
        return { t: inline.t, c: this.inlines(inline.c) };
      case 'Span':
        return { t: 'Span', c: [inline.c[0], this.inlines(inline.c[1])] };
      case 'Link':
        return { t: 'Link', c: [inline.c[0], this.inlines(inline.c[1]), inline.c[2]] };
      case 'Note':
        return { t: 'Note', c: this.#within(inline.c) };
      case 'Image':
        return this.#image(inline);
      case 'Reference':
        return this.#reference(inline);
      default:
        return inline;
    }
  }

  #image(image: ImageNode, { isAlone }: { isAlone: boolean } = { isAlone: false }): Inline {
    const [[, , size], text, [written, path]] = image.c;
    const found = this.#to.picture(path, written);
    if ('name' in found) {
      // A picture within a line is as large as it is, unless it says.
      const shown = isAlone || size.length > 0 ? pictureSize(size, found.pixels) : [];
      return { t: 'Image', c: [attr('', [], shown), this.inlines(text), [found.name, '']] };
    }
    this.#problem('figure_missing', found.problem, image.line);
    return { t: 'Strong', c: words(`[${written.slice(0, 200)}]`) };
  }

  #figure({ id, number, caption, image }: FigureNode): Block {
    const [, , size] = image.c[0];
    const lines = this.#image({ ...image, c: [attr('', [], size), [], image.c[2]] }, { isAlone: true });
    const text = this.inlines(caption);
    if (this.#to.format === 'pdf')
      return typstFigure(lines, {
        id,
        kind: 'image',
        caption: number === undefined ? null : text,
        floats: !this.#isWithin,
      });
    // A picture without a caption is a paragraph: pandoc would number it in LaTeX.
    if (number === undefined) return centred(lines, this.#to.format);
    return {
      t: 'Figure',
      c: [attr(id), this.#caption('fig', number, text), [{ t: 'Plain', c: [lines] }]],
    } as unknown as Block;
  }

  #table(table: TableNode): Block {
    const { id, number, caption } = table;
    const head = table.head.map((cell) => this.inlines(cell));
    const rows = table.rows.map((row) => row.map((cell) => this.inlines(cell)));
    const text = this.inlines(caption);
    const fit = fitOf(table, { mayLieAcross: !this.#isWithin });
    if (fit.isTooWide && this.#to.format !== 'html')
      this.#problem(
        'table_too_wide',
        'A table has more columns than have room on a page: divide it in two.',
        table.line,
      );
    if (this.#to.format === 'pdf') {
      const inside = typstTable(table, { head, rows, percent: fit.percent });
      const isLong = rows.length > LONG_TABLE;
      const shown = number === undefined ? null : text;
      return typstFigure(inside, { id, kind: 'table', caption: shown, isLong, isAcross: fit.isAcross });
    }
    // Word knows no table that is as wide as its words.
    const widths = this.#to.format === 'docx' ? this.#wordShares(table) : columnShares(table);
    const shown: Caption = number === undefined ? [null, []] : this.#caption('tbl', number, text);
    const made = {
      t: 'Table',
      c: [attr(id), shown, ...pandocTable(table, { widths, head, rows })],
    } as unknown as Block;
    const lines = rows.length > LONG_TABLE ? null : linesOf(table);
    return fittedTable(made, { ...fit, lines }, this.#to.format);
  }

  /** Word lays a table of a list where the list's text begins, and takes its width from the page's. */
  #wordShares(table: TableNode): number[] {
    const shares = everyColumnShare(table);
    return this.#isWithin ? shares.map((share) => share * WITHIN_SHARE) : shares;
  }

  /** LaTeX counts by itself; in Word the number is a field that Word's lists of figures find. */
  #caption(kind: 'fig' | 'tbl', number: number, text: Inline[]): Caption {
    if (this.#to.format === 'latex') return [null, [{ t: 'Plain', c: text }]];
    const { language } = this.#to;
    const name = NAMES[language][kind];
    const count: Inline =
      this.#to.format === 'docx'
        ? {
            t: 'RawInline',
            c: [
              'openxml',
              `<w:fldSimple w:instr=" SEQ ${kind === 'fig' ? 'Figure' : 'Table'} \\* ARABIC "><w:r><w:t>${number}</w:t></w:r></w:fldSimple>`,
            ],
          }
        : str(String(number));
    const before =
      language === 'zh' ? [str(`${name}${NBSP}`), count] : [str(`${name}${NBSP}`), count, str('.')];
    return [null, [{ t: 'Plain', c: [...before, ...(text.length > 0 ? [str('\u2002'), ...text] : [])] }]];
  }

  #equation({ id, number, tagged, math }: EquationNode): Block {
    const { format } = this.#to;
    if (number === undefined) return { t: 'Para', c: [math] };
    if (format === 'pdf') {
      const label = id === '' ? 'none' : typstText(id);
      return {
        t: 'Para',
        c: [
          { t: 'RawInline', c: ['typst', `#numbered-equation(${typstText(number)}, ${label}, `] },
          math,
          { t: 'RawInline', c: ['typst', ')'] },
        ],
      };
    }
    const shown = {
      t: 'Span',
      c: [attr(format === 'docx' ? id : ''), [str(`(${number})`)]],
    } satisfies Inline;
    if (format === 'html')
      return { t: 'Div', c: [attr(id, ['equation']), [{ t: 'Plain', c: [math, shown] }]] };
    // The program makes an equation of it once the formula is known to be one (write-latex.ts).
    if (format === 'latex')
      return {
        t: 'Div',
        c: [attr(id, ['equation'], tagged ? [['tag', number]] : []), [{ t: 'Para', c: [math] }]],
      };
    return docxEquation(math, shown);
  }

  #reference({ id, line }: ReferenceNode): Inline {
    const { format, language, labels } = this.#to;
    const label = labels.get(id);
    if (label === undefined) {
      this.#problem(
        'reference_unresolved',
        `@${id} leads nowhere: no label {#${id}} stands in the paper.`,
        line,
      );
      return { t: 'Strong', c: [str(`@${id}?`)] };
    }
    if (format === 'latex' && label.kind !== 'sec') {
      const name = language === 'zh' ? NAMES.zh[label.kind] : NAMES.en[label.kind];
      const number = label.kind === 'eq' ? `\\eqref{${id}}` : `\\ref{${id}}`;
      return { t: 'Span', c: [attr(), [str(`${name}${NBSP}`), { t: 'RawInline', c: ['latex', number] }]] };
    }
    const text = [str(referenceText(label, language))];
    if (format === 'pdf')
      return {
        t: 'Span',
        c: [
          attr(),
          [
            { t: 'RawInline', c: ['typst', `#link(label(${typstText(id)}))[`] },
            ...text,
            { t: 'RawInline', c: ['typst', ']'] },
          ],
        ],
      };
    return { t: 'Link', c: [attr(), text, [`#${id}`, '']] };
  }

  #problem(code: string, message: string, line: number | undefined): void {
    this.#to.problems.push({ code, message, ...(line === undefined ? {} : { line }) });
  }
}

function referenceText({ kind, number }: Label, language: 'en' | 'zh'): string {
  const name = NAMES[language][kind];
  if (kind === 'eq') return `${name}${NBSP}(${number})`;
  if (kind !== 'sec') return `${name}${NBSP}${number}`;
  if (number === '') return language === 'zh' ? '该节' : 'that section';
  return language === 'zh' ? `第${NBSP}${number}${NBSP}节` : `${name}${NBSP}${number}`;
}
