/**
 * What of a Markdown document is prose: paragraphs, items and cells, with what is none of their words (code, links'
 * addresses, HTML) blanked out at its place, so that offsets into it are offsets into the document. Headings, code,
 * HTML and front matter are no prose. Figures are found on the way.
 */
import type { Env, Token } from 'markdown-it';
import { frontMatterLines } from './front-matter.ts';
import { inlineParts, notePlaces } from './inline-parts.ts';
import { type Line, linesOf } from './line-ends.ts';
import { createParser } from './parser.ts';
import { MOST_MARKDOWN_CHARACTERS, MOST_NESTING, tooDeep, tooLong } from './unreadable.ts';
import { workspacePath } from './workspace-path.ts';

/** Stands in `text` for a character that is no prose. */
export const BLANK = '\0';

/** Offsets are UTF-16 code units into the document. */
export interface ProseBlock {
  start: number;
  end: number;
  /** As long as the block is in the document; what is no prose in it is BLANK. */
  text: string;
  /** Formulas in it, delimiters included; a formula on lines of its own is a block with one. */
  formulas: Line[];
  /** The titles of the sections that it stands in, outermost first, as they are written. */
  sections: string[];
  /** For a cell of a table: its column's heading, and its row as it is written. */
  cell?: { heading: string; row: string; inHead: boolean };
}

/** An image of the workspace that the document shows. */
export interface ShownFigure {
  path: string;
  start: number;
  end: number;
}

export interface Prose {
  blocks: ProseBlock[];
  figures: ShownFigure[];
}

const PARSER = createParser({ html: true, maxNesting: MOST_NESTING });
PARSER.core.ruler.enableOnly(['normalize', 'hide_pipes', 'block', 'show_pipes']);
// Nothing is followed here: wherever a link leads, its text is its text.
PARSER.validateLink = () => true;
notePlaces(PARSER);

/** Brackets of one block beyond which it is not read: what they cost grows with the square of their number. */
const MOST_BRACKETS = 2_000;
const BRACKETS = /[[\]()`*_$\\]/g;

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function proseOf(source: string): Prose {
  if (source.length > MOST_MARKDOWN_CHARACTERS) throw tooLong(source.length);
  const lines = linesOf(source);
  const shift = frontMatterLines(source, lines);
  const env: Env = {};
  const tokens = PARSER.parse(source.slice(lines[shift]?.start ?? source.length), env);
  if (tokens.some((token) => token.level >= MOST_NESTING - 1)) throw tooDeep();
  const walk: Walk = {
    source,
    lines,
    shift,
    env,
    prose: { blocks: [], figures: [] },
    titles: [],
    heading: null,
    table: { headings: [], inHead: false },
    row: null,
  };
  for (const token of tokens) take(walk, token);
  return walk.prose;
}

/** What is known while the tokens of a document pass. */
interface Walk {
  source: string;
  lines: Line[];
  /** Lines of front matter, which the parser did not see. */
  shift: number;
  env: Env;
  prose: Prose;
  titles: { level: number; title: string }[];
  /** The level of the heading that is open. */
  heading: number | null;
  table: { headings: string[]; inHead: boolean };
  row: { line: Line; cursor: number; column: number } | null;
}

function take(walk: Walk, token: Token): void {
  switch (token.type) {
    case 'heading_open':
      walk.heading = Number(token.tag[1]);
      break;
    case 'heading_close':
      walk.heading = null;
      break;
    case 'thead_open':
      walk.table = { headings: [], inHead: true };
      break;
    case 'thead_close':
      walk.table.inHead = false;
      break;
    case 'tr_open': {
      const line = walk.lines[(token.map?.[0] ?? -1) + walk.shift];
      walk.row = line === undefined ? null : { line, cursor: line.start, column: 0 };
      break;
    }
    case 'tr_close':
      walk.row = null;
      break;
    case 'inline':
      if (walk.heading !== null) enter(walk, walk.heading, token.content);
      else if (walk.row !== null) cell(walk, walk.row, token.content);
      else if (token.map !== null) paragraph(walk, token.content, token.map);
      break;
    case 'math_block':
      if (token.map !== null) formula(walk, token.map);
  }
}

function enter({ titles }: Walk, level: number, title: string): void {
  while ((titles.at(-1)?.level ?? 0) >= level) titles.pop();
  titles.push({ level, title });
}

function paragraph(walk: Walk, content: string, [from, to]: [number, number]): void {
  let passed = 0;
  const places: Place[] = [];
  for (const [index, text] of content.split('\n').entries()) {
    const line = walk.lines[from + walk.shift + index];
    if (line === undefined || from + index >= to) return;
    const words = walk.source.slice(line.start, line.end).lastIndexOf(text.trim());
    if (words < 0) return;
    const begins = line.start + words;
    const lead = text.length - text.trimStart().length;
    places.push({ content: passed, at: begins - lead, length: text.length, begins });
    passed += text.length + 1;
  }
  add(walk, content, places);
}

function cell(walk: Walk, row: NonNullable<Walk['row']>, content: string): void {
  const { source, table } = walk;
  const column = row.column;
  row.column += 1;
  if (table.inHead) table.headings[column] = content;
  if (content === '') return;
  // A bar within a cell is written with a backslash; such a cell is taken as it is written.
  const written = [content, content.replaceAll('|', '\\|')].find((text) => {
    const at = source.indexOf(text, row.cursor);
    return at >= 0 && at + text.length <= row.line.end;
  });
  if (written === undefined) return;
  const at = source.indexOf(written, row.cursor);
  row.cursor = at + written.length;
  add(walk, written, [{ content: 0, at, length: written.length, begins: at }], {
    heading: table.headings[column] ?? '',
    row: source.slice(row.line.start, row.line.end),
    inHead: table.inHead,
  });
}

function formula({ source, lines, shift, prose, titles }: Walk, [from, to]: [number, number]): void {
  const start = lines[from + shift]?.start;
  const end = lines[to + shift - 1]?.end;
  if (start === undefined || end === undefined) return;
  const text = source.slice(start, end);
  prose.blocks.push({ start, end, text, formulas: [{ start, end }], sections: titlesOf(titles) });
}

function add(walk: Walk, content: string, places: Place[], inCell?: ProseBlock['cell']): void {
  const { source, prose, env } = walk;
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return;
  if ((content.match(BRACKETS)?.length ?? 0) > MOST_BRACKETS) return;
  const start = first.begins;
  const end = last.at + last.length;
  const chars = wordsAlone(source, start, end, places);
  const formulas: Line[] = [];
  const blank = (from: number, to: number) => chars.fill(BLANK, from - start, to - start);

  function read(text: string, shift: number): void {
    for (const part of inlineParts(PARSER, text, env)) {
      const from = placeOf(places, part.start + shift);
      const to = placeOf(places, part.end + shift);
      if (part.kind === 'math') formulas.push({ start: from, end: to });
      else if (part.kind === 'image') {
        const path = workspacePath(part.src);
        if (path !== null) prose.figures.push({ path, start: from, end: to });
        const label = part.labelStart + shift;
        blank(from, placeOf(places, label));
        blank(placeOf(places, label + part.label.length), to);
        read(part.label, label);
      } else blank(from, to);
    }
  }

  read(content, 0);
  prose.blocks.push({
    start,
    end,
    text: chars.join(''),
    formulas,
    sections: titlesOf(walk.titles),
    ...(inCell ? { cell: inCell } : {}),
  });
}

/** The characters of a block; what stands between its lines (a quote's marks, line ends) is white space or blank. */
function wordsAlone(source: string, start: number, end: number, places: Place[]): string[] {
  const chars: string[] = [];
  let next = 0;
  for (let at = start; at < end; at += 1) {
    const char = source.charAt(at);
    while (next < places.length && at >= (places[next]?.at ?? 0) + (places[next]?.length ?? 0)) next += 1;
    const isWord = at >= (places[next]?.begins ?? end);
    chars.push(isWord || /\s/.test(char) ? char : BLANK);
  }
  return chars;
}

/** The document's offset of an offset into a block's content. */
function placeOf(places: Place[], offset: number): number {
  const place = places.findLast((candidate) => candidate.content <= offset) ?? places[0];
  if (place === undefined) return 0;
  return place.at + Math.min(offset - place.content, place.length);
}

function titlesOf(titles: Walk['titles']): string[] {
  return titles.map(({ title }) => title);
}

/** Where a line of a block's content stands in the document. */
interface Place {
  /** Its offset in the content. */
  content: number;
  /** The document's offset that this means; before the line's words where indentation was cut off. */
  at: number;
  length: number;
  /** Where its words begin. */
  begins: number;
}
