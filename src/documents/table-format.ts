/** How a text that is a table writes its columns and its numbers (W7). */

export interface TableFormat {
  separator: ',' | ';' | '\t' | '|';
  /** The first line is not of the table: it says `sep=;`, as Excel has it. */
  isSaid: boolean;
  hasDecimalCommas: boolean;
  /** Points between groups of three digits, where the comma is the decimal mark. */
  hasThousandsPoints: boolean;
  columns: number;
}

/** The comma last: with decimal commas it stands in every line of a table that another one separates. */
const SEPARATORS = ['\t', ';', '|', ','] as const;
const LINES = 60;

/** The format of the table that begins so, or null where it is none of at least two lines and two columns. */
export function tableFormatOf(beginning: string): TableFormat | null {
  const text = beginning.trimStart();
  if (/^[[{<]/.test(text)) return null;
  // The last of many lines may have been cut.
  const all = text.split(/\r\n|\n|\r/);
  const lines = (all.length > LINES ? all.slice(0, LINES) : all).filter((line) => line.trim() !== '');
  const said = /^"?sep=([,;|\t])"?\s*$/i.exec(lines[0] ?? '')?.[1];
  const rows = (said === undefined ? lines : lines.slice(1)).filter((line) => !line.startsWith('#'));
  const separator = SEPARATORS.find((candidate) => candidate === said) ?? separatorOf(rows);
  if (separator === undefined || (said === undefined && rows.length < 2)) return null;
  const cells = rows.map((row) => cellsOf(row, separator));
  return {
    separator,
    isSaid: said !== undefined,
    columns: usualOf(cells.map((row) => row.length)).value,
    ...numbersOf(cells.flat(), separator),
  };
}

/** The first separator that cuts nearly all lines into the same number of cells. */
function separatorOf(rows: string[]): TableFormat['separator'] | undefined {
  return SEPARATORS.find((separator) => {
    const { value, count } = usualOf(rows.map((row) => cellsOf(row, separator).length));
    return value > 1 && count >= 0.8 * rows.length;
  });
}

function usualOf(numbers: number[]): { value: number; count: number } {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  const [value, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return { value, count };
}

/** A separator in quotes is none. */
function cellsOf(row: string, separator: string): string[] {
  if (!row.includes('"')) return row.split(separator);
  const cells = [''];
  let isQuoted = false;
  for (const character of row) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells;
}

function numbersOf(
  cells: string[],
  separator: string,
): Pick<TableFormat, 'hasDecimalCommas' | 'hasThousandsPoints'> {
  const count = (shape: RegExp) => cells.filter((cell) => shape.test(cell.trim())).length;
  const commas = count(/^[-+]?[\d.]*\d,\d+(?:e[-+]?\d+)?\s*[%€]?$/i);
  const hasDecimalCommas = separator !== ',' && commas > count(/^[-+]?\d*\.\d+(?:e[-+]?\d+)?$/i);
  return {
    hasDecimalCommas,
    hasThousandsPoints: hasDecimalCommas && count(/^[-+]?\d{1,3}(?:\.\d{3})+,\d+/) > 0,
  };
}
