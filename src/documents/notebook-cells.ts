/**
 * A Jupyter notebook as cells that are shown in part (nbformat 4, and the worksheets of 3 left out). Of an output what
 * can be nothing but a text or a picture: HTML and scripts are for whoever runs the notebook.
 */
import type { Preview } from '../protocol/previews.ts';

type Notebook = Extract<Preview, { kind: 'notebook' }>;
type Cell = Notebook['cells'][number];
type Output = Cell['outputs'][number];

const CELLS = 200;
const OUTPUTS = 20;
const SOURCE_CHARACTERS = 20_000;
const OUTPUT_CHARACTERS = 5_000;
/** Characters of one picture, and of all that is shown. */
const PICTURE_CHARACTERS = 1_500_000;
const MOST_CHARACTERS = 6_000_000;

const PICTURES = ['image/png', 'image/jpeg', 'image/gif'] as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal begin with one.
const COLOURS = /\u001b\[[\d;]*[A-Za-z]/g;

/** The notebook, or null where the value is none. */
export function notebookOf(value: unknown): Notebook | null {
  const cells = listOf(fieldOf(value, 'cells'));
  if (cells === null) return null;
  const shown: Cell[] = [];
  let left = MOST_CHARACTERS;
  for (const cell of cells.slice(0, CELLS)) {
    if (left <= 0) break;
    const next = cellOf(cell);
    left -= next.source.length;
    next.outputs = next.outputs.filter((output) => {
      left -= output.text.length;
      return left > 0;
    });
    shown.push(next);
  }
  return { kind: 'notebook', cells: shown, total: cells.length };
}

function cellOf(value: unknown): Cell {
  const said = fieldOf(value, 'cell_type');
  const type = said === 'code' || said === 'markdown' ? said : 'raw';
  const outputs = listOf(fieldOf(value, 'outputs')) ?? [];
  return {
    type,
    source: cut(textOf(fieldOf(value, 'source')), SOURCE_CHARACTERS),
    outputs: outputs.slice(0, OUTPUTS).flatMap(outputOf),
    rest: Math.max(0, outputs.length - OUTPUTS),
  };
}

function outputOf(value: unknown): Output[] {
  const text = (said: string): Output[] =>
    said === '' ? [] : [{ type: 'text', text: cut(said.replace(COLOURS, ''), OUTPUT_CHARACTERS) }];
  switch (fieldOf(value, 'output_type')) {
    case 'stream':
      return text(textOf(fieldOf(value, 'text')));
    case 'error':
      return text(
        textOf(listOf(fieldOf(value, 'traceback'))?.join('\n')) ||
          `${textOf(fieldOf(value, 'ename'))}: ${textOf(fieldOf(value, 'evalue'))}`,
      );
    default: {
      const data = fieldOf(value, 'data');
      return pictureOf(data) ?? text(textOf(fieldOf(data, 'text/plain')));
    }
  }
}

/** The first picture among an output's forms, as an address that can be nothing else. */
function pictureOf(data: unknown): Output[] | null {
  for (const mime of PICTURES) {
    const base64 = textOf(fieldOf(data, mime)).replace(/\s/g, '');
    if (base64 === '' || base64.length > PICTURE_CHARACTERS || !/^[\w+/]+=*$/.test(base64)) continue;
    return [{ type: 'picture', text: `data:${mime};base64,${base64}` }];
  }
  return null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function listOf(value: unknown): unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** A text of a notebook: one, or its lines. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : '';
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}
