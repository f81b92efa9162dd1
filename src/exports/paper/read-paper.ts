/**
 * A paper's Markdown as what every export is made of. It is read by the one reading that the page and the tools have
 * (W13); what is more (labels, captions, citations) is found in what that reading takes for text.
 */
import type { MarkdownIt } from 'markdown-it';
import { frontMatterLines } from '../../domain/markdown/front-matter.ts';
import { languageOf } from '../../domain/markdown/language-of.ts';
import { linesOf } from '../../domain/markdown/line-ends.ts';
import { createParser } from '../../domain/markdown/parser.ts';
import { type Macros, macrosOf } from '../../domain/markdown/tex.ts';
import {
  MOST_MARKDOWN_CHARACTERS,
  MOST_NESTING,
  tooDeep,
  tooLong,
} from '../../domain/markdown/unreadable.ts';
import { CITATION_STYLES, isCitationStyle } from '../citation-styles.ts';
import type { Block, Inline, Problem } from './ast.ts';
import { readBlocks } from './blocks.ts';
import { type Facts, factsOf } from './front-matter.ts';
import { type Label, numbered } from './labels.ts';
import { structureOf } from './structure.ts';

export interface Paper {
  facts: Facts;
  language: 'en' | 'zh';
  title: Inline[];
  abstract: Block[];
  keywords: Inline[][];
  body: Block[];
  /** All of it as it was read, in the order of the text: title and parts in their places, nothing numbered. */
  written: readonly Block[];
  labels: ReadonlyMap<string, Label>;
  macros: Macros;
  /** Its headings carry numbers already. */
  numbersItself: boolean;
  problems: Problem[];
}

const PARSER = paperParser();

function paperParser(): MarkdownIt {
  const parser = createParser({ html: true, maxNesting: MOST_NESTING });
  // An escaped `\@fig:a` or `\[` is text, and stays apart from the text in which references are looked for.
  parser.core.ruler.disable('text_join');
  // Where a link may lead is decided for all formats at once (links.ts).
  parser.validateLink = () => true;
  return parser;
}

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function readPaper(source: string): Paper {
  if (source.length > MOST_MARKDOWN_CHARACTERS) throw tooLong(source.length);
  const lines = linesOf(source);
  const shift = frontMatterLines(source, lines);
  const text = source.slice(lines[shift]?.start ?? source.length);
  const facts = factsOf(source);
  const tokens = PARSER.parse(text, {});
  if (tokens.some(({ level }) => level >= MOST_NESTING - 1)) throw tooDeep();
  const { blocks, problems } = readBlocks(tokens, shift);
  const structure = structureOf(blocks, facts);
  // The abstract's formulas and pictures are counted with the rest, in the order in which they are read.
  const all = numbered([...structure.abstract, ...structure.body], !structure.numbersItself);
  return {
    ...structure,
    facts,
    written: blocks,
    language: facts.language ?? languageOf(text),
    abstract: all.blocks.slice(0, structure.abstract.length),
    body: all.blocks.slice(structure.abstract.length),
    labels: all.labels,
    macros: macrosOf(text),
    problems: [...problems, ...all.problems, ...citationStyleProblems(facts)],
  };
}

function citationStyleProblems({ citations }: Facts): Problem[] {
  if (citations === undefined || isCitationStyle(citations)) return [];
  return [
    {
      code: 'citation_style_unknown',
      message: `There is no citation style "${citations.slice(0, 60)}": write one of ${Object.keys(CITATION_STYLES).join(', ')} behind \`citations:\`.`,
    },
  ];
}
