/** Pictures, tables and formulas that stand on their own, and the captions and labels that are written beside them. */
import { type Block, type FigureNode, type ImageNode, type Inline, plainOf, str } from './ast.ts';
import { takeAttributes, trimmed } from './attributes.ts';

/** A number before a caption is the writer's own: the export counts. */
const FIGURE_NUMBER = /^(?:figure|fig\.?|图)\s*\d+(?:[.-]\d+)*\s*[.:：、—–-]?\s*/i;
const TABLE_CAPTION = /^(?:table|表)(?:\s*\d+(?:[.-]\d+)*\s*[.:：、—–-]?|\s*[:：])\s*/i;
/** As long as a caption may be that is told from its first word alone. */
const MOST_CAPTION_CHARACTERS = 400;

/** What a paragraph is: pictures with captions, a formula with its label, or a paragraph. */
export function blocksOfParagraph(
  inlines: Inline[],
  { isTight, line }: { isTight: boolean; line: number },
): Block[] {
  return (
    figuresOf(inlines) ??
    equationOf(inlines, line) ??
    aroundEquation(inlines, line) ?? [{ t: isTight ? 'Plain' : 'Para', c: inlines, line }]
  );
}

/** A numbered formula within a paragraph, with the text before and behind it; null where none has a label or a tag. */
function aroundEquation(inlines: Inline[], line: number): Block[] | null {
  const at = inlines.findIndex((inline) => inline.t === 'Math' && inline.c[0].t === 'DisplayMath');
  const math = inlines[at];
  if (math?.t !== 'Math') return null;
  const behind = inlines.slice(at + 1);
  const end = behind.findIndex(({ t }) => t !== 'Space' && t !== 'SoftBreak');
  // The label is the first thing behind it; what follows is the sentence that goes on.
  const closes = behind.findIndex((inline) => inline.t === 'Str' && inline.c.includes('}'));
  const opening = behind[end];
  const isLabelled = opening?.t === 'Str' && opening.c.startsWith('{#') && closes >= end;
  const cut = isLabelled ? closes + 1 : 0;
  const equation = equationOf([math, ...behind.slice(0, cut)], math.line ?? line);
  const [found] = equation ?? [];
  if (found?.t !== 'Equation' || (found.id === '' && !math.c[1].includes('\\tag'))) return null;
  const paragraph = (c: Inline[]): Block[] => {
    const text = trimmed(c);
    return text.length === 0 ? [] : [{ t: 'Para', c: text, line }];
  };
  const rest = trimmed(behind.slice(cut));
  return [
    ...paragraph(inlines.slice(0, at)),
    found,
    ...(rest.length === 0 ? [] : (aroundEquation(rest, line) ?? paragraph(rest))),
  ];
}

/** Pictures alone, each perhaps with attributes behind it; null where other words stand there. */
function figuresOf(inlines: Inline[]): Block[] | null {
  const groups: [ImageNode, ...Inline[]][] = [];
  for (const inline of inlines) {
    if (inline.t === 'Image') groups.push([inline]);
    else if (groups.length > 0) groups.at(-1)?.push(inline);
    else if (inline.t !== 'Space' && inline.t !== 'SoftBreak') return null;
  }
  const figures: FigureNode[] = [];
  for (const [image, ...behind] of groups) {
    const { attributes, rest } = takeAttributes(trimmed(behind));
    if (rest.some(({ t }) => t !== 'Space' && t !== 'SoftBreak' && t !== 'LineBreak')) return null;
    const [[, , pairs], text, target] = image.c;
    const size = attributes.size.length > 0 ? attributes.size : pairs;
    figures.push({
      t: 'Figure',
      id: attributes.id,
      caption: withoutPrefix(text, FIGURE_NUMBER),
      image: { ...image, c: [['', [], size], text, target] },
      ...(image.line === undefined ? {} : { line: image.line }),
    });
  }
  return figures.length > 0 ? figures : null;
}

/** A displayed formula alone, perhaps with its label behind it. */
function equationOf(inlines: Inline[], line: number): Block[] | null {
  const { attributes, rest } = takeAttributes(inlines);
  const [math, ...more] = trimmed(rest);
  if (math?.t !== 'Math' || math.c[0].t !== 'DisplayMath') return null;
  // A sentence's end is set on the formula's line.
  const ending = plainOf(more).trim();
  if (more.some(({ t }) => t !== 'Str' && t !== 'Space') || !/^[.,;:。，；：]?$/.test(ending)) return null;
  const tex = ending === '' ? math.c[1] : withEnding(math.c[1], ending);
  return [{ t: 'Equation', id: attributes.id, math: { ...math, c: [math.c[0], tex] }, line }];
}

function withEnding(tex: string, ending: string): string {
  return /\\end\{[a-z]+\*?\}\s*$/.test(tex)
    ? tex
    : `${tex}${/^[.,;:]$/.test(ending) ? ending : `\\text{${ending}}`}`;
}

/** Gives tables the captions, and formulas the labels, that stand in a paragraph of their own beside them. */
export function withCaptions(blocks: readonly Block[]): Block[] {
  const made: Block[] = [];
  for (let at = 0; at < blocks.length; at += 1) {
    const block = blocks[at] as Block;
    const label = at === 0 ? null : labelAlone(block);
    const before = made.at(-1);
    if (label !== null && before?.t === 'Equation' && before.id === '') {
      made[made.length - 1] = { ...before, id: label };
      continue;
    }
    if (block.t !== 'Table') {
      made.push(block);
      continue;
    }
    const behind = tableCaption(blocks[at + 1]);
    const ahead = behind === null ? tableCaption(before) : null;
    if (behind !== null) at += 1;
    if (ahead !== null) made.pop();
    const { caption = [], id = '' } = behind ?? ahead ?? {};
    made.push({ ...block, caption, id });
  }
  return made;
}

function labelAlone(block: Block): string | null {
  if (block.t !== 'Para') return null;
  const { attributes, rest } = takeAttributes(block.c);
  return rest.length === 0 && attributes.id.startsWith('eq:') ? attributes.id : null;
}

function tableCaption(block: Block | undefined): { caption: Inline[]; id: string } | null {
  if (block?.t !== 'Para') return null;
  const { attributes, rest } = takeAttributes(block.c);
  // `**Table 1.** Results`, or all of it bold.
  const [first, ...more] = rest;
  const open = first?.t === 'Strong' || first?.t === 'Emph' ? [...first.c, ...more] : rest;
  const text = plainOf(open);
  if (text.length > MOST_CAPTION_CHARACTERS || !TABLE_CAPTION.test(text)) return null;
  return { caption: withoutPrefix(open, TABLE_CAPTION), id: attributes.id };
}

/** Without a prefix that may go over several words. */
function withoutPrefix(inlines: readonly Inline[], prefix: RegExp): Inline[] {
  let length = prefix.exec(plainOf(inlines))?.[0].length ?? 0;
  const made = [...inlines];
  while (length > 0 && made.length > 0) {
    const first = made[0] as Inline;
    const text = plainOf([first]);
    if (text.length > length && first.t !== 'Str') break;
    made.shift();
    if (text.length > length) made.unshift(str(text.slice(length)));
    length -= text.length;
  }
  return trimmed(made);
}
