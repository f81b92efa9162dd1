/** The words of a paper by place: what a rule about text reads. Code, formulas and citations are no words. */
import type { Block, Inline } from '../exports/paper/ast.ts';

export interface Passage {
  kind: 'paragraph' | 'heading' | 'cell' | 'caption';
  /** Line ends are kept, so that they can be counted. */
  text: string;
  /** Of its first character, from 1. */
  line?: number;
}

/** In the order of the text; a footnote comes behind the passage that it belongs to. */
export function passagesOf(blocks: readonly Block[]): Passage[] {
  return blocks.flatMap(passagesOfBlock);
}

function passagesOfBlock(block: Block): Passage[] {
  switch (block.t) {
    case 'Para':
    case 'Plain':
      return passage('paragraph', block.c, block.line);
    case 'Header':
      return passage('heading', block.c[2], block.line);
    case 'BulletList':
      return block.c.flatMap(passagesOf);
    case 'OrderedList':
      return block.c[1].flatMap(passagesOf);
    case 'BlockQuote':
      return passagesOf(block.c);
    case 'Figure':
      return passage('caption', block.caption, block.line);
    case 'Table':
      return [
        ...passage('caption', block.caption, block.line),
        ...[block.head, ...block.rows].flatMap((row) =>
          row.flatMap((cell) => passage('cell', cell, block.line)),
        ),
      ];
    default:
      return [];
  }
}

function passage(kind: Passage['kind'], inlines: readonly Inline[], line: number | undefined): Passage[] {
  const notes: Block[] = [];
  const text = wordsOf(inlines, notes);
  const own = text.trim() === '' ? [] : [{ kind, text, ...(line === undefined ? {} : { line }) }];
  return [...own, ...passagesOf(notes)];
}

/** The words of inline nodes. */
export function wordsOf(inlines: readonly Inline[], notes: Block[] = []): string {
  return inlines.map((inline) => wordsOfOne(inline, notes)).join('');
}

function wordsOfOne(inline: Inline, notes: Block[]): string {
  switch (inline.t) {
    case 'Str':
      return inline.c;
    case 'SoftBreak':
    case 'LineBreak':
      return '\n';
    case 'Space':
    case 'Code':
    case 'Math':
    case 'Cite':
    case 'Reference':
      return ' ';
    case 'Note':
      notes.push(...inline.c);
      return '';
    case 'RawInline':
      return '';
    case 'Link':
    case 'Span':
    case 'Image':
      return wordsOf(inline.c[1], notes);
    default:
      return wordsOf(inline.c, notes);
  }
}

/** The line of a character of a passage. */
export function lineAt({ text, line }: Passage, offset: number): { line?: number } {
  if (line === undefined) return {};
  let passed = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) passed += 1;
  return { line: line + passed };
}
