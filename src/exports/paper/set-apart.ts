/** What stands apart from the text, as each format takes it: figures and tables, pictures alone, numbered equations. */
import { attr, type Block, type Cell, type Inline } from './ast.ts';
import type { PaperFormat } from './format.ts';
import type { TableFit } from './tables.ts';

/** A typst string. */
export function typstText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\s/g, ' ')}"`;
}

interface FigureParts {
  id: string;
  kind: 'image' | 'table';
  caption: Inline[] | null;
  /** It may go over pages. */
  isLong?: boolean;
  /** It may stand at the top or bottom of a page: what follows fills the place that it has no room in. */
  floats?: boolean;
  /** On pages of its own that lie across. */
  isAcross?: boolean;
}

export function typstFigure(
  inside: Inline | Inline[],
  { id, kind, caption, isLong = false, floats = false, isAcross = false }: FigureParts,
): Block {
  const raw = (text: string): Inline => ({ t: 'RawInline', c: ['typst', text] });
  const content = Array.isArray(inside) ? inside : [inside];
  const [open, close] = isAcross ? ['#across[', ']'] : ['', ''];
  if (caption === null)
    return { t: 'Para', c: [raw(`${open}#align(center)[`), ...content, raw(`]${close}`)] };
  return {
    t: 'Para',
    c: [
      raw(
        `${open}${isLong ? '#[#show figure: set block(breakable: true)\n' : ''}#figure(kind: ${kind}, ${floats ? 'placement: top, ' : ''}[`,
      ),
      ...content,
      raw('], caption: ['),
      ...caption,
      raw(`])${id === '' ? '' : ` #label(${typstText(id)})`}${isLong ? ']' : ''}${close}`),
    ],
  };
}

/** A picture in the middle of its line, without a caption. */
export function centred(image: Inline, format: PaperFormat): Block {
  if (format === 'html') return { t: 'Div', c: [attr('', ['picture']), [{ t: 'Plain', c: [image] }]] };
  if (format === 'docx')
    return {
      t: 'Div',
      c: [attr('', [], [['custom-style', 'Captioned Figure']]), [{ t: 'Para', c: [image] }]],
    };
  return {
    t: 'Para',
    c: [{ t: 'RawInline', c: ['latex', '{\\centering '] }, image, { t: 'RawInline', c: ['latex', '\\par}'] }],
  };
}

/** A formula in the middle and its number at the right: Word has no other way that other programs read, too. */
export function docxEquation(math: Inline, number: Inline): Block {
  const cell = (content: Inline[]): Cell => [
    attr(),
    { t: 'AlignDefault' },
    1,
    1,
    [{ t: 'Para', c: content }],
  ];
  const width = (t: string, c: number) => [{ t }, { t: 'ColWidth', c }];
  return {
    t: 'Table',
    c: [
      attr('', [], [['custom-style', 'Equation']]),
      [null, []],
      [width('AlignLeft', 0.08), width('AlignCenter', 0.84), width('AlignRight', 0.08)],
      [attr(), []],
      [[attr(), 0, [], [[attr(), [cell([]), cell([math]), cell([number])]]]]],
      [attr(), []],
    ],
  } as unknown as Block;
}

/**
 * A table in smaller type or on a page that lies across, in the words of each format.
 * @param fit `lines`: of type that it takes where it stays on one page; null: it may go over pages
 */
export function fittedTable(
  table: Block,
  { percent, isAcross, lines }: TableFit & { lines: number | null },
  format: PaperFormat,
): Block {
  if (format === 'html')
    return { t: 'Div', c: [attr('', ['table', ...(isAcross ? ['across'] : [])]), [table]] };
  if (format === 'docx' && percent === 100 && !isAcross) return table;
  const raw = (text: string): Block => ({ t: 'RawBlock', c: [format === 'docx' ? 'openxml' : format, text] });
  if (format === 'docx')
    return within([raw(fitMark(`${percent}${isAcross ? '-across' : ''}`)), table, raw(fitMark('end'))]);
  const [open, close] = isAcross ? ['\\begin{landscape}\n', '\n\\end{landscape}'] : ['', ''];
  const size = LATEX_SIZES.find(([least]) => percent >= least)?.[1] ?? '\\tiny';
  const room = lines === null || isAcross ? [] : [latexRoom(lines + AROUND_TABLE)];
  return within([
    ...room,
    raw(`${open}\\begingroup\\renewcommand{\\tabletype}{${size}}`),
    table,
    raw(`\\endgroup${close}`),
  ]);
}

/** Lines of a caption, of rules, and of what stands free above and below. */
const AROUND_TABLE = 6;

/** LaTeX would divide a table of two lines: it begins a new page where so many have no room. */
export function latexRoom(lines: number): Block {
  return { t: 'RawBlock', c: ['latex', `\\tableroom{${lines}\\baselineskip}`] };
}

/** How many lines a block wants room for; null where it is another one. */
export function roomOf(block: Block | undefined): number | null {
  const asked = block?.t === 'RawBlock' ? /^\\tableroom\{(\d+)/.exec(block.c[1])?.[1] : undefined;
  return asked === undefined ? null : Number(asked);
}

const LATEX_SIZES: [least: number, size: string][] = [
  [95, '\\small'],
  [80, '\\footnotesize'],
  [70, '\\scriptsize'],
];

/** Around a table, for what finishes the Word document (fit-tables.ts). */
function fitMark(what: string): string {
  return `<w:p><w:pPr><w:pStyle w:val="TableFit-${what}"/></w:pPr></w:p>`;
}

function within(blocks: Block[]): Block {
  return { t: 'Div', c: [attr(), blocks] };
}
