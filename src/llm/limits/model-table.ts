/** Our table of known models (M7): written by scripts/model-table.mjs, read when it is first asked. */
import { readFileSync } from 'node:fs';
import type { KnownLimits } from './limits.ts';
import { spellings } from './model-names.ts';

/** Window, and most tokens of an answer. */
type Row = [number, number | null];
/** The same with prices: input, output, cached, written. */
type PricedRow = [...Row, ...([] | [number, number, number | null, number | null])];

interface Table {
  source: string;
  date: string;
  /** By name, wherever it is served. */
  models: Record<string, Row>;
  /** By host and name. */
  hosts: Record<string, Record<string, PricedRow>>;
}

let read: Table | undefined;

function table(): Table {
  read ??= JSON.parse(readFileSync(new URL('./model-table.json', import.meta.url), 'utf8')) as Table;
  return read;
}

/** What is known of a model at an address: prices only of the vendor's own, the rest by its name wherever it is. */
export function tableLimits({ baseUrl, model }: { baseUrl: string; model: string }): KnownLimits {
  const { models, hosts } = table();
  const names = spellings(model);
  const own = hosts[URL.parse(baseUrl)?.hostname ?? ''];
  const row = rowOf(own, names) ?? rowOf(models, names);
  if (row === undefined) return {};
  const [contextWindow, maxOutput, input, output, cached, written] = row as PricedRow;
  return {
    contextWindow,
    ...(maxOutput === null ? {} : { maxOutput }),
    ...(input === undefined || output === undefined
      ? {}
      : { prices: { input, output, ...(cached ? { cached } : {}), ...(written ? { written } : {}) } }),
  };
}

/** Of when the table is: YYYY-MM-DD. */
export function tableDate(): string {
  return table().date;
}

/** Whether the table has this very server: then nothing has to be asked of it. */
export function isKnownHost(baseUrl: string): boolean {
  return Object.hasOwn(table().hosts, URL.parse(baseUrl)?.hostname ?? '');
}

function rowOf(
  rows: Record<string, Row | PricedRow> | undefined,
  names: string[],
): Row | PricedRow | undefined {
  const name = names.find((spelling) => rows !== undefined && Object.hasOwn(rows, spelling));
  return name === undefined ? undefined : rows?.[name];
}
