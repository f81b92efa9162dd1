/** Figures that are not there, that have no caption, or that the text never speaks of. */
import type { Block, FigureNode, ImageNode } from '../../exports/paper/ast.ts';
import { nodesOf } from '../../exports/program/walk.ts';
import { type CheckItem, item } from '../item.ts';
import { passagesOf, wordsOf } from '../passages.ts';

/** @param files paths of the workspace; null where they are too many to be listed: then none is said to be missing */
export function missingFigures(blocks: readonly Block[], files: ReadonlySet<string> | null): CheckItem[] {
  const items: CheckItem[] = [];
  const said = new Set<string>();
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'Image') continue;
    const image = node as unknown as ImageNode;
    const [written, path] = image.c[2];
    if (said.has(written)) continue;
    const at = { ...(image.line === undefined ? {} : { line: image.line }), about: written };
    if (path === '')
      items.push(
        item('figure_missing', `The figure ${written.slice(0, 200)} is no file of the workspace.`, at),
      );
    else if (files !== null && !files.has(path))
      items.push(item('figure_missing', `There is no figure ${path}.`, at));
    else continue;
    said.add(written);
  }
  return items;
}

/** @param blocks with numbers: a text speaks of a figure by its label or by its number */
export function unreferencedFigures(blocks: readonly Block[]): CheckItem[] {
  const figures: { figure: FigureNode; before: string; behind: string }[] = [];
  const labels = new Set<string>();
  for (const [index, block] of blocks.entries())
    if (block.t === 'Figure')
      figures.push({ figure: block, before: beside(blocks, index, -1), behind: beside(blocks, index, 1) });
  for (const { t, c, id } of nodesOf(blocks) as Iterable<{ t: string; c?: unknown; id?: string }>) {
    if (t === 'Reference' && id !== undefined) labels.add(id);
    if (t === 'Link') labels.add(((c as string[][])[2]?.[0] ?? '').replace(/^#/, ''));
  }
  const numbers = new Set(passagesOf(blocks).flatMap(({ text }) => numbersOfFigures(text)));
  return figures.flatMap(({ figure, before, behind }) => {
    const { id, number, line, image } = figure;
    const path = image.c[2][0];
    const at = { ...(line === undefined ? {} : { line }), about: path };
    if (number === undefined)
      return [item('figure_without_caption', `The figure ${path.slice(0, 200)} has no caption.`, at)];
    if ((id !== '' && labels.has(id)) || numbers.has(number) || POINTS.test(before) || POINTS.test(behind))
      return [];
    return [
      item(
        'figure_unreferenced',
        `The text never refers to figure ${number} (${path.slice(0, 200)}): say what it shows${id === '' ? '' : `, as @${id}`}.`,
        at,
      ),
    ];
  });
}

/** Words right beside a figure that point at it. */
const POINTS =
  /\b(?:the|this|following|above|below|next|these|both)\s+(?:\w+\s+)?(?:figures?|plots?|panels?|graphs?)\b|\bfigures?\s+(?:above|below|shows?)\b|[上下]图|如图|该图|此图|图中|图示|两图/i;

/** The words of the nearest block in a direction that is no figure. */
function beside(blocks: readonly Block[], from: number, step: 1 | -1): string {
  for (let at = from + step, passed = 0; passed < MOST_PASSED; at += step, passed += 1) {
    const block = blocks[at];
    if (block === undefined || block.t === 'Header') return '';
    if (block.t === 'Para') return wordsOf(block.c);
  }
  return '';
}

/** Figures in a row that one paragraph speaks of. */
const MOST_PASSED = 6;

const NAME = /(?:\bfigures?|\bfigs?\b\.?|图)\s{0,3}[(（]?(?=\d)/gi;
const NUMBER = /\d{1,3}(?:[a-z]\b|\([a-z]\))?/iy;
const JOIN =
  /\s{0,3}(?:[,，、&~～–—-]|and|to|through|和|与|及|至|到)\s{0,3}(?:(?:figures?|figs?\.?|图)\s{0,3})?(?=\d)/iy;

/** `Figure 3`, `Figs. 2 and 4`, `图 1–3`. */
export function numbersOfFigures(text: string): number[] {
  const numbers: number[] = [];
  let done = 0;
  for (const match of text.matchAll(NAME)) {
    if (match.index < done) continue;
    let at = match.index + match[0].length;
    let isRange = false;
    for (;;) {
      NUMBER.lastIndex = at;
      const found = NUMBER.exec(text);
      if (found === null) break;
      const number = Number.parseInt(found[0], 10);
      const last = numbers.at(-1);
      if (isRange && last !== undefined)
        for (let between = last + 1; between < number && between - last < MOST_RANGE; between += 1)
          numbers.push(between);
      numbers.push(number);
      JOIN.lastIndex = NUMBER.lastIndex;
      const join = JOIN.exec(text);
      if (join === null) break;
      isRange = /[~～–—-]|to|through|至|到/i.test(join[0]);
      at = JOIN.lastIndex;
    }
    done = at;
  }
  return numbers;
}

/** A range that is longer means something else. */
const MOST_RANGE = 30;
