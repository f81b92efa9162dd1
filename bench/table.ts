/** Results as a table for a terminal. */
import { type Figure, isMet } from './measure.ts';

export interface Row extends Figure {
  id: string;
}

const HEADINGS = ['', 'what', 'figure', 'to reach', 'met', ''];

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.id,
    row.what,
    `${shortly(row.value)} ${row.unit}`,
    target(row),
    { true: 'yes', false: 'NO', undefined: '' }[String(isMet(row)) as 'true' | 'false' | 'undefined'],
    row.note ?? '',
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(
      ...[HEADINGS, ...cells].map((line) => (line === HEADINGS ? heading : (line[column] ?? '')).length),
    ),
  );
  const line = (of: readonly string[]) =>
    of
      .map((cell, column) =>
        column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [HEADINGS, ...cells].map(line).join('\n');
}

function target({ reach, unit }: Row): string {
  if (reach === undefined) return '';
  return 'most' in reach ? `<= ${reach.most} ${unit}` : `>= ${reach.least} ${unit}`;
}

/** Three figures that mean something, and no fraction of a large number. */
function shortly(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : value.toFixed(2);
}
