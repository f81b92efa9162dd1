/** Rows and columns that a sheet hides (W8): they are read like others, and whoever opens it in Excel does not see them. */
import type { Sheet } from 'hucre';

/** Ranges of each that are named. */
const RANGES = 12;

/** Among the first rows and columns, such as `; hidden: rows 2-3, 8; columns B:C`; empty where none is. */
export function hiddenIn({ rowDefs, columns: definitions }: Sheet, rows: number, columns: number): string {
  const hiddenRows = ranges(
    rows,
    (row) => isHidden(rowDefs?.get(row)),
    '-',
    (row) => String(row + 1),
  );
  const hiddenColumns = ranges(columns, (column) => isHidden(definitions?.[column]), ':', letters);
  const said = [
    ...(hiddenRows === '' ? [] : [`rows ${hiddenRows}`]),
    ...(hiddenColumns === '' ? [] : [`columns ${hiddenColumns}`]),
  ];
  return said.length === 0 ? '' : `; hidden: ${said.join('; ')}`;
}

/** Excel hides what has no size, too. */
function isHidden(size: { hidden?: boolean; height?: number; width?: number } | undefined): boolean {
  return size?.hidden === true || size?.height === 0 || size?.width === 0;
}

/** Those of 0 to `count` that are meant, by name, neighbours as one range. */
function ranges(
  count: number,
  isMeant: (n: number) => boolean,
  to: string,
  nameOf: (n: number) => string,
): string {
  const found: string[] = [];
  for (let start = 0; start < count; start += 1) {
    if (!isMeant(start)) continue;
    if (found.length === RANGES) return `${found.join(', ')}, …`;
    let end = start;
    while (end + 1 < count && isMeant(end + 1)) end += 1;
    found.push(end === start ? nameOf(start) : `${nameOf(start)}${to}${nameOf(end)}`);
    start = end;
  }
  return found.join(', ');
}

/** A column's name; `column` counts from 0. */
export function letters(column: number): string {
  const rest = column % 26;
  const name = String.fromCharCode(65 + rest);
  return column < 26 ? name : letters((column - rest) / 26 - 1) + name;
}
