/** The numbers of a paper that a run could have made, with what stands around each (T5). */
import { BLANK, type ProseBlock, proseOf, type ShownFigure } from '../markdown/prose.ts';
import { isInReferences, withoutLabels } from './no-quantity.ts';
import { factorOfHeading } from './number-words.ts';
import { type WrittenNumber, writtenNumbers } from './written-numbers.ts';

export interface PaperNumber extends WrittenNumber {
  text: string;
  /** The section that it stands in, by its titles. */
  section: string;
  /** The words around it: its sentence, or its column's heading and its row. */
  around: string;
}

export interface PaperNumbers {
  numbers: PaperNumber[];
  figures: ShownFigure[];
}

/** How far a sentence is looked along, in characters. */
const AROUND = 160;

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function numbersOf(source: string): PaperNumbers {
  const { blocks, figures } = proseOf(source);
  const numbers = blocks.flatMap((block) => (isInReferences(block.sections) ? [] : numbersIn(block, source)));
  return { numbers, figures };
}

function numbersIn(block: ProseBlock, source: string): PaperNumber[] {
  const text = withoutLabels(halfWidth(block.text));
  const inFormula = (at: number) =>
    block.formulas.some(({ start, end }) => at + block.start >= start && at + block.start < end);
  const fromHeading = block.cell ? factorsOfCell(block.cell) : [];
  return writtenNumbers(text, inFormula).map((number) => ({
    ...number,
    start: number.start + block.start,
    end: number.end + block.start,
    text: source.slice(number.start + block.start, number.end + block.start),
    factors: [...new Set([...number.factors, ...fromHeading])],
    section: block.sections.join(' > '),
    around: around(block, number),
  }));
}

/** A column "Share (%)" or a row "产量（万吨）" holds its numbers without the word. */
function factorsOfCell({ heading, row }: { heading: string; row: string }): number[] {
  const ofColumn = factorsOfHeading(heading);
  return ofColumn.length > 0 ? ofColumn : factorsOfHeading(/^\s*\|?([^|]*)/.exec(row)?.[1] ?? '');
}

function factorsOfHeading(heading: string): number[] {
  const factor = factorOfHeading(heading);
  return factor === null ? [] : [factor];
}

/** Digits and signs of full width as others are written, in as many characters. */
function halfWidth(text: string): string {
  return text.replace(/[０-９．＋－]/gu, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0));
}

function around(block: ProseBlock, { start, end }: WrittenNumber): string {
  if (block.cell) return `${block.cell.heading} ${block.cell.row}`;
  const before = block.text.slice(Math.max(0, start - AROUND), start);
  const behind = block.text.slice(end, end + AROUND);
  const from = Math.max(...['. ', '。', '；', '; ', '\n\n'].map((mark) => before.lastIndexOf(mark) + 1));
  const to = behind.search(/\.\s|[。；;]/);
  const sentence = before.slice(from) + (to < 0 ? behind : behind.slice(0, to));
  return sentence.replaceAll(BLANK, ' ');
}
