/** JSON of sources, which is strangers': looked at field by field, taken where it has the form that is expected. */
import { exceeds } from '../domain/json-nesting.ts';
import { MOST_TITLE } from '../domain/references/found-work.ts';
import { plainMarkup } from '../domain/references/markup.ts';
import { Unreadable } from './source.ts';

const MOST = { levels: 60, values: 200_000 };

export type Fields = Record<string, unknown>;

/** @throws Unreadable */
export function jsonObject(body: string): Fields {
  if (exceeds(body, MOST)) throw new Unreadable('the answer has too much structure');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Unreadable('the answer is no JSON');
  }
  if (!isFields(value)) throw new Unreadable('the answer is no object');
  return value;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text in one line, without markup; '' where there is none. Of a list, the first: Crossref's titles are lists. */
export function textIn(value: unknown, most = MOST_TITLE): string {
  const one = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return String(one);
  return typeof one === 'string' ? plainMarkup(one, most) : '';
}

/** A text as it stands, such as a DOI, which may hold what looks like a tag; '' where there is none. */
export function plainIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : '';
}

/** The field, where it has something to say. */
export function given<Name extends string>(name: Name, value: string): { [Key in Name]?: string } {
  return (value === '' ? {} : { [name]: value }) as { [Key in Name]?: string };
}

const FIRST_YEAR = 1000;
const LAST_YEAR = 2999;

export function yearIn(value: unknown): number[] {
  const year = Number(typeof value === 'string' ? /^\s*(\d{4})\b/.exec(value)?.[1] : value);
  return Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR ? [year] : [];
}
