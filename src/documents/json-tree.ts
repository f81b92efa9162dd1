/** JSON as a tree that is shown in part: of each list and object the first entries, those nearer the top before deeper ones. */
import { exceeds } from '../domain/json-nesting.ts';
import type { PreviewNode } from '../protocol/previews.ts';

/** Entries of one list or object that are shown, and of all together; characters of a text. */
const ENTRIES = 100;
const NODES = 2_000;
const CHARACTERS = 500;
/** Deeper, and with more values, it is shown as the text that it is. */
const PARSED = { levels: 200, values: 2_000_000 };

/** A number with more digits than a double has, as it is written. */
class LongNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** The value, its long numbers kept as they are written; undefined where the text is no JSON, or too deep. */
export function parseJson(text: string): unknown {
  if (exceeds(text, PARSED)) return undefined;
  try {
    return /\d[\d.]{15}/.test(text) ? JSON.parse(text, keepingDigits) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keepingDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return context.source.length > 15 && String(value) !== context.source
    ? new LongNumber(context.source)
    : value;
}

interface Picked {
  key: string | null;
  value: unknown;
  children: Picked[];
}

/** The nodes in the order in which they stand in the text. */
export function treeOf(value: unknown): PreviewNode[] {
  const root: Picked = { key: null, value, children: [] };
  const queue = [root];
  let left = NODES;
  for (let at = 0; at < queue.length && left > 0; at += 1) {
    const parent = queue[at] as Picked;
    parent.children = entriesOf(parent.value, Math.min(ENTRIES, left));
    left -= parent.children.length;
    queue.push(...parent.children);
  }
  return [...nodesOf(root, 0)];
}

function entriesOf(value: unknown, most: number): Picked[] {
  if (!isContainer(value)) return [];
  if (Array.isArray(value)) {
    return value.slice(0, most).map((entry, index) => ({ key: String(index), value: entry, children: [] }));
  }
  return Object.keys(value)
    .slice(0, most)
    .map((key) => ({ key, value: (value as Record<string, unknown>)[key], children: [] }));
}

function* nodesOf({ key, value, children }: Picked, depth: number): Generator<PreviewNode> {
  const place = { depth, key: key === null ? null : cut(key) };
  if (isContainer(value)) {
    const type = Array.isArray(value) ? 'array' : 'object';
    const count = Array.isArray(value) ? value.length : Object.keys(value).length;
    yield { ...place, type, text: '', count, shown: children.length };
    for (const child of children) yield* nodesOf(child, depth + 1);
    return;
  }
  yield { ...place, ...leafOf(value), count: 0, shown: 0 };
}

function leafOf(value: unknown): Pick<PreviewNode, 'type' | 'text'> {
  if (value instanceof LongNumber) return { type: 'number', text: cut(value.source) };
  if (typeof value === 'string') return { type: 'string', text: cut(value) };
  return {
    type: value === null ? 'null' : typeof value === 'number' ? 'number' : 'boolean',
    text: String(value),
  };
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof LongNumber);
}

function cut(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS).toWellFormed()}…` : text;
}
