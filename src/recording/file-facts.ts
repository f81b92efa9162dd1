/** Numbers in small result files (T2): JSON, and tables of up to 2,000 cells. */
import { tableFormatOf } from '../documents/table-format.ts';
import { RowReader } from '../documents/table-rows.ts';
import { isTooNested } from '../domain/json-nesting.ts';
import type { Fact } from '../domain/provenance/types.ts';
import { MOST_FACT_CHARACTERS } from '../domain/runs.ts';

/** Cells of a table, numbers of a JSON document: a file that has more is data, and of none of it facts are made. */
const MOST_CELLS = 2_000;
/** Files that are larger are not read for it. */
export const RESULT_FILE_BYTES = 256 * 1024;

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** Whether a file of this name may be a result that numbers are found in. */
export function isResultFile(path: string): boolean {
  return /\.(?:json|csv|tsv)$/i.test(path);
}

/** The numbers of a file, each with a name made of where it stands; none where it is not what its name says. */
export function fileFacts(path: string, text: string): Fact[] {
  const found = /\.json$/i.test(path) ? numbersInJson(text) : numbersInTable(text);
  return found
    .filter(({ name, value }) => name.length <= MOST_FACT_CHARACTERS && value.length <= MOST_FACT_CHARACTERS)
    .map((number) => ({ ...number, source: 'file', path }));
}

type Named = Pick<Fact, 'name' | 'value'>;

/** A number as it is written: 1.10 is not 1.1. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function keepText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
}

function numbersInJson(text: string): Named[] {
  if (isTooNested(text)) return [];
  let whole: unknown;
  try {
    whole = JSON.parse(text, keepText);
  } catch {
    return [];
  }
  const numbers: Named[] = [];
  collect(whole, '', numbers);
  return numbers.length > MOST_CELLS ? [] : numbers;
}

function collect(value: unknown, name: string, into: Named[]): void {
  if (into.length > MOST_CELLS) return;
  if (value instanceof NumberText) into.push({ name: name === '' ? 'value' : name, value: value.text });
  else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      collect(item, `${name}[${index}]`, into);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      collect(item, name === '' ? key : `${name}.${key}`, into);
  }
}

function numbersInTable(text: string): Named[] {
  const format = tableFormatOf(text);
  const skipped = format?.isSaid ? 1 : 0;
  const reader = new RowReader(format?.separator ?? ',', { offset: 0, skipped, rows: MOST_CELLS });
  reader.write(text);
  reader.end();
  const rows = [...(reader.head === null ? [] : [reader.head]), ...reader.window.rows];
  if (
    rows.reduce((cells, row) => cells + row.length, 0) > MOST_CELLS ||
    reader.total > reader.window.rows.length
  )
    return [];
  const [head = []] = rows;
  const isHead = head.length > 0 && !head.some((cell) => NUMBER.test(cell.trim()));
  const body = isHead ? rows.slice(1) : rows;
  return body.flatMap((cells, index) => {
    const label = cells[0]?.trim() ?? '';
    const row = label === '' || NUMBER.test(label) ? `row ${index + 1}` : label;
    return cells.flatMap((cell, column) => {
      const value = cell.trim();
      if (!NUMBER.test(value)) return [];
      return [{ name: `${(isHead && head[column]?.trim()) || `column ${column + 1}`} (${row})`, value }];
    });
  });
}
