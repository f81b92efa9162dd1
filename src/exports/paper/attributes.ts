/** `{#fig:a width=80%}` at the end of a picture, a caption, a formula or a heading. */
import { LABEL } from '../../domain/markdown/citations.ts';
import { type Inline, plainOf, str } from './ast.ts';
import { labelOf } from './text-run.ts';

export interface Attributes {
  /** Empty where it has none. */
  id: string;
  /** Only widths and heights, in units that every format knows. */
  size: [string, string][];
}

const NONE: Attributes = { id: '', size: [] };
const GROUP = /\s*\{([^{}]*)\}\s*$/;
const SIZE = /^(width|height)="?(\d{1,4}(?:\.\d{1,3})?(?:%|cm|mm|in|px|pt))"?$/;
const ID = new RegExp(`^#(${LABEL})$`, 'u');

/** The attributes that inlines end in, and the inlines before them. What is no attribute stays text. */
export function takeAttributes(inlines: readonly Inline[]): { attributes: Attributes; rest: Inline[] } {
  const from = inlines.findLastIndex((inline) => inline.t === 'Str' && inline.c.includes('{'));
  const first = inlines[from];
  const tail = inlines.slice(from);
  const isText = tail.every(({ t }) => t === 'Str' || t === 'Space' || t === 'SoftBreak');
  const group = first?.t === 'Str' && isText ? GROUP.exec(plainOf(tail)) : null;
  const attributes = group === null ? null : readGroup(group[1] ?? '');
  if (first?.t !== 'Str' || attributes === null) return { attributes: NONE, rest: [...inlines] };
  const before = first.c.slice(0, first.c.lastIndexOf('{'));
  return { attributes, rest: trimmed([...inlines.slice(0, from), ...(before === '' ? [] : [str(before)])]) };
}

function readGroup(text: string): Attributes | null {
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length === 0 || !parts.every((part) => /^(?:[#.][^\s#]+|[\w-]+=\S+)$/.test(part))) return null;
  const id = parts.map((part) => ID.exec(part)?.[1]).find((one) => one !== undefined);
  const size = parts.flatMap((part): [string, string][] => {
    const [, name, value] = SIZE.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return { id: id === undefined ? '' : labelOf(id), size };
}

/** Without white space at either end. */
export function trimmed(inlines: Inline[]): Inline[] {
  const isSpace = (inline: Inline | undefined) => inline?.t === 'Space' || inline?.t === 'SoftBreak';
  const made = [...inlines];
  while (isSpace(made[0])) made.shift();
  while (isSpace(made.at(-1))) made.pop();
  return made;
}
