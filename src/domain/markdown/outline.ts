/** The sections of a Markdown document, with their places in its text. Nothing is ever re-serialised. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { frontmatter } from 'micromark-extension-frontmatter';
import { afterLine, endOfLine, startOfLine } from './line-ends.ts';
import { mathBlocks } from './math-blocks.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Block = Root['children'][number];
type Heading = Extract<Block, { type: 'heading' }>;

/** A heading and what stands under it. Offsets are UTF-16 code units into the document. */
export interface Section {
  /** The heading's plain text: markup taken off, white space collapsed. */
  title: string;
  /** The heading's text as it is written, markup and all. */
  rawTitle: string;
  level: number;
  style: 'atx' | 'setext';
  /** 1-based line of the heading. */
  line: number;
  /** Where the heading's first line begins. */
  start: number;
  /** Where the raw title stands; an empty heading has it at the end of its number signs. */
  titleStart: number;
  titleEnd: number;
  /** End of the heading's last line, before its line end (a setext heading's last line is its underline). */
  headingEnd: number;
  /** Just after that line end. */
  bodyStart: number;
  /** Where the next heading of the same or a higher level begins, or the document's length. */
  end: number;
  /** The sections that this one stands in, outermost first. */
  parents: Section[];
  /** The titles from the outermost section down to this one: `Parent > Child`. */
  path: string;
}

/** The blocks that stand at a document's top level, and the sections that its headings make. */
export interface Blocks {
  blocks: { type: string; start: number; end: number }[];
  sections: Section[];
}

const FRONT_MATTER = frontmatter(['yaml', 'toml']);
const FRONT_MATTER_NODES = frontmatterFromMarkdown(['yaml', 'toml']);
/** Headings are block structure: without the inline constructs a document is read seven times as fast. */
const BLOCKS_ONLY = {
  disable: {
    null: [
      'attention',
      'autolink',
      'characterEscape',
      'characterReference',
      'codeText',
      'hardBreakEscape',
      'htmlText',
      'labelEnd',
      'labelStartImage',
      'labelStartLink',
    ],
  },
};

/** The document's sections, in order. Only headings at the top level count: those in quotes, lists, fences,
 * front matter, HTML and display math are none. */
export function outline(source: string): Section[] {
  return readBlocks(source).sections;
}

/** As `outline`, with the document's top-level blocks. */
export function readBlocks(source: string): Blocks {
  const shift = source.startsWith('\uFEFF') ? 1 : 0;
  const tree = fromMarkdown(source.slice(shift), {
    extensions: [FRONT_MATTER, BLOCKS_ONLY],
    mdastExtensions: [FRONT_MATTER_NODES],
  });
  const blocks = tree.children.map((node) => ({
    type: node.type,
    start: (node.position?.start.offset ?? 0) + shift,
    end: (node.position?.end.offset ?? 0) + shift,
  }));
  const text = blocks.filter((block) => block.type === 'paragraph' || block.type === 'heading');
  const math = mathBlocks(source, (offset) =>
    text.some((block) => startOfLine(source, block.start) <= offset && offset < block.end),
  );
  const headings = tree.children
    .filter((node) => node.type === 'heading')
    .map((node) => readHeading(source, node, shift))
    .filter(
      (heading) => !math.some((range) => range.start <= heading.start && heading.headingEnd < range.end),
    );
  return { blocks, sections: nest(source, headings) };
}

type Found = Omit<Section, 'end' | 'parents' | 'path'>;

function readHeading(source: string, node: Heading, shift: number): Found {
  const at = (offset: number | undefined): number => (offset ?? 0) + shift;
  const nodeStart = at(node.position?.start.offset);
  const nodeEnd = at(node.position?.end.offset);
  const style = source[nodeStart] === '#' && isAtx(source, nodeStart, nodeEnd) ? 'atx' : 'setext';
  const first = node.children[0]?.position?.start.offset;
  const last = node.children.at(-1)?.position?.end.offset;
  const titleStart = first === undefined ? nodeStart + node.depth : at(first);
  const titleEnd = last === undefined ? titleStart : at(last);
  const rawTitle = source.slice(titleStart, titleEnd);
  const headingEnd = endOfLine(source, nodeEnd);
  return {
    title: plainText(rawTitle),
    rawTitle,
    level: node.depth,
    style,
    line: node.position?.start.line ?? 1,
    start: startOfLine(source, nodeStart),
    titleStart,
    titleEnd,
    headingEnd,
    bodyStart: afterLine(source, headingEnd),
  };
}

/** An ATX heading is one line; `#tag` above an underline is a setext heading that begins with a number sign. */
function isAtx(source: string, start: number, end: number): boolean {
  return endOfLine(source, start) >= end;
}

/** Gives each heading its end and its parents. */
function nest(source: string, headings: Found[]): Section[] {
  const open: Section[] = [];
  const sections: Section[] = [];
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) {
      const closed = open.pop();
      if (closed) closed.end = heading.start;
    }
    const parents = [...open];
    const path = [...parents, heading].map((part) => part.title).join(' > ');
    const section: Section = { ...heading, end: source.length, parents, path };
    open.push(section);
    sections.push(section);
  }
  return sections;
}

/** What a reader sees of inline Markdown: `**A** \`b\`` is `A b`. White space is collapsed. */
export function plainText(markdown: string): string {
  const tree = fromMarkdown(`# ${collapse(markdown)}`);
  return collapse(textOf(tree));
}

/** White space runs as one space, none at the ends, composed Unicode: how titles are compared. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim().normalize('NFC');
}

function textOf(node: object): string {
  if ('children' in node && Array.isArray(node.children)) return node.children.map(textOf).join('');
  if ('type' in node && node.type === 'html') return '';
  if ('value' in node && typeof node.value === 'string') return node.value;
  if ('type' in node && node.type === 'break') return ' ';
  return 'alt' in node && typeof node.alt === 'string' ? node.alt : '';
}
