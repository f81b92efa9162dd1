/** The sections of a Markdown document, with their places in its text. Nothing is ever re-serialised. */
import { type Block, topLevel } from './blocks.ts';
import { afterLine, type Line } from './line-ends.ts';
import { collapse, plainText } from './plain-text.ts';
import { MOST_SECTIONS, MOST_TITLE_CHARACTERS, titleTooLong, tooManySections } from './unreadable.ts';

/** A heading and what stands under it. Offsets are UTF-16 code units into the document. */
export interface Section {
  /** The heading's plain text: markup taken off, white space collapsed. */
  title: string;
  /** The heading's text as it is written, markup and all. */
  rawTitle: string;
  /** The same with white space collapsed: the other text by which the section may be named. */
  spelledTitle: string;
  level: number;
  style: 'atx' | 'setext';
  /** 1-based line of the heading. */
  line: number;
  /** Which of the document's blocks at the top level the heading is, from 0. */
  block: number;
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
}

/** A document's sections, and where its top-level HTML stands: comments that say what a section asks for, and tags. */
export interface Outline {
  sections: Section[];
  html: Line[];
}

/**
 * The document's sections, in order. Only headings at the top level count: those in quotes, lists, fences,
 * front matter, HTML and display math are none.
 * @throws UnreadableMarkdown for a document that is too long or nested too deeply, has too many sections or a title
 * that is too long
 */
export function outline(source: string): Section[] {
  return readOutline(source).sections;
}

/** As `outline`, with the document's HTML blocks. */
export function readOutline(source: string): Outline {
  const read = topLevel(source);
  const headings: Found[] = [];
  const html: Line[] = [];
  for (const [index, block] of read.blocks.entries()) {
    if (block.kind === 'heading') {
      headings.push({ ...readHeading(source, block, read.lines), block: index });
      if (headings.length > MOST_SECTIONS) throw tooManySections();
    } else if (block.kind === 'html') html.push(linesAt(read.lines, block.from, block.to));
  }
  return { sections: nest(source, headings), html };
}

/**
 * The titles from the outermost section down to this one: `Parent > Child`. Made where it is shown and kept nowhere:
 * all paths of a document together may be far longer than the document.
 */
export function pathOf(section: Section): string {
  return [...section.parents, section].map((part) => part.title).join(' > ');
}

type Found = Omit<Section, 'end' | 'parents'>;

function readHeading(
  source: string,
  block: Extract<Block, { kind: 'heading' }>,
  lines: readonly Line[],
): Omit<Found, 'block'> {
  const { level, style, from, to } = block;
  const { start, end: headingEnd } = linesAt(lines, from, to);
  const title =
    style === 'atx'
      ? atxTitle(source, { start, end: headingEnd }, level)
      : trimmed(source, linesAt(lines, from, to - 1));
  if (title.end - title.start > MOST_TITLE_CHARACTERS) throw titleTooLong(from + 1);
  const rawTitle = source.slice(title.start, title.end);
  return {
    title: plainText(rawTitle),
    rawTitle,
    spelledTitle: collapse(rawTitle),
    level,
    style,
    line: from + 1,
    start,
    titleStart: title.start,
    titleEnd: title.end,
    headingEnd,
    bodyStart: afterLine(source, headingEnd),
  };
}

/** From the beginning of line `from` to the end of the last line before `to`. */
function linesAt(lines: readonly Line[], from: number, to: number): Line {
  const first = lines[from];
  const last = lines[to - 1];
  if (first === undefined || last === undefined) throw new RangeError(`no lines ${from} to ${to}`);
  return { start: first.start, end: last.end };
}

/** What stands between the number signs before and those that may close the heading. */
function atxTitle(source: string, line: Line, level: number): Line {
  const marksEnd = source.indexOf('#', line.start) + level;
  const title = trimmed(source, { start: marksEnd, end: line.end });
  let end = title.end;
  while (end > marksEnd && source[end - 1] === '#') end -= 1;
  const closes = end < title.end && isSpace(source[end - 1]);
  const { start, end: textEnd } = closes ? trimmed(source, { start: marksEnd, end }) : title;
  return start < textEnd ? { start, end: textEnd } : { start: marksEnd, end: marksEnd };
}

function trimmed(source: string, { start, end }: Line): Line {
  let from = start;
  let to = end;
  while (from < to && isSpace(source[from])) from += 1;
  while (to > from && isSpace(source[to - 1])) to -= 1;
  return { start: from, end: to };
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
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
    const section: Section = { ...heading, end: source.length, parents };
    open.push(section);
    sections.push(section);
  }
  return sections;
}
