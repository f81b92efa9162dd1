/**
 * A paper as pandoc's abstract syntax tree, with three nodes of our own: references, figures' and equations' numbers.
 * No node holds raw TeX, typst or HTML: what comes out of a text is text, whatever stands in it (O10).
 *
 * The shapes are those of pandoc-types 1.23 (https://hackage.haskell.org/package/pandoc-types).
 */

export const API_VERSION = [1, 23, 1];

/** Id, classes, key-value pairs. */
export type Attr = [id: string, classes: string[], pairs: [string, string][]];

/** `line` (1-based, of the Markdown) is ours: pandoc never sees it. */
interface Placed {
  line?: number;
}

export interface Citation {
  citationId: string;
  citationPrefix: Inline[];
  citationSuffix: Inline[];
  citationMode: { t: 'NormalCitation' | 'SuppressAuthor' | 'AuthorInText' };
  citationNoteNum: number;
  citationHash: number;
}

export interface MathNode extends Placed {
  t: 'Math';
  c: [{ t: 'InlineMath' | 'DisplayMath' }, string];
}

export interface ImageNode extends Placed {
  t: 'Image';
  /** Text in its place, and where it is: as it was written, then the workspace's path. */
  c: [Attr, Inline[], [string, string]];
}

/** `@fig:a`: the number of what is labelled so. */
export interface ReferenceNode extends Placed {
  t: 'Reference';
  id: string;
}

export type Inline =
  | { t: 'Str'; c: string }
  | { t: 'Space' | 'SoftBreak' | 'LineBreak' }
  | { t: 'Emph' | 'Strong' | 'Strikeout' | 'Superscript' | 'Subscript'; c: Inline[] }
  | { t: 'Code'; c: [Attr, string] }
  | MathNode
  | ImageNode
  | ReferenceNode
  | { t: 'RawInline'; c: [string, string] }
  | { t: 'Link'; c: [Attr, Inline[], [string, string]] }
  | { t: 'Span'; c: [Attr, Inline[]] }
  | { t: 'Note'; c: Block[] }
  | ({ t: 'Cite'; c: [Citation[], Inline[]] } & Placed);

export type Caption = [null, Block[]];
export type Cell = [Attr, { t: string }, 1, 1, Block[]];
export type Row = [Attr, Cell[]];
export type ColumnWidth = { t: 'ColWidthDefault' } | { t: 'ColWidth'; c: number };

/** A picture on its own. `number` is absent where it has no caption. */
export interface FigureNode extends Placed {
  t: 'Figure';
  id: string;
  number?: number;
  caption: Inline[];
  image: ImageNode;
}

/** `number` is absent where it has no caption. */
export interface TableNode extends Placed {
  t: 'Table';
  id: string;
  number?: number;
  caption: Inline[];
  alignments: string[];
  head: Inline[][];
  rows: Inline[][][];
}

/** A formula on a line of its own. `number` is what stands beside it in brackets. */
export interface EquationNode extends Placed {
  t: 'Equation';
  id: string;
  number?: string;
  /** The number is the writer's own. */
  tagged?: boolean;
  math: MathNode;
}

export interface HeaderNode extends Placed {
  t: 'Header';
  c: [number, Attr, Inline[]];
}

export interface ParagraphNode extends Placed {
  t: 'Para' | 'Plain';
  c: Inline[];
}

/** `line` is its first line of code. */
export interface CodeBlockNode extends Placed {
  t: 'CodeBlock';
  c: [Attr, string];
}

export type Block =
  | ParagraphNode
  | HeaderNode
  | { t: 'BulletList'; c: Block[][] }
  | { t: 'OrderedList'; c: [[number, { t: string }, { t: string }], Block[][]] }
  | { t: 'BlockQuote'; c: Block[] }
  | CodeBlockNode
  | { t: 'Div'; c: [Attr, Block[]] }
  | { t: 'HorizontalRule' }
  | { t: 'RawBlock'; c: [string, string] }
  | FigureNode
  | TableNode
  | EquationNode;

/** What a paper's reader, or its exporter, should know; `line` is of the Markdown. */
export interface Problem {
  code: string;
  message: string;
  line?: number;
}

export function attr(id = '', classes: string[] = [], pairs: [string, string][] = []): Attr {
  return [id, classes, pairs];
}

export function str(c: string): Inline {
  return { t: 'Str', c };
}

/** Text as words and spaces; nothing in it is markup. */
export function words(text: string): Inline[] {
  return text
    .split(/([ \t\n]+)/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^[ \t\n]/.test(piece) ? { t: 'Space' } : str(piece)));
}

/** What a reader sees of inline nodes, formulas as their TeX. */
export function plainOf(inlines: readonly Inline[]): string {
  return inlines.map(plainOne).join('');
}

function plainOne(inline: Inline): string {
  switch (inline.t) {
    case 'Str':
      return inline.c;
    case 'Space':
    case 'SoftBreak':
    case 'LineBreak':
      return ' ';
    case 'Code':
    case 'Math':
      return inline.c[1];
    case 'Reference':
      return `@${inline.id}`;
    case 'Link':
    case 'Span':
    case 'Cite':
    case 'Image':
      return plainOf(inline.c[1]);
    case 'Note':
    case 'RawInline':
      return '';
    default:
      return plainOf(inline.c);
  }
}
