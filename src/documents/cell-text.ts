/** A cell of a workbook in words: what a person sees, with all digits that the file has. */
import { type Cell, type CellValue, formatValue } from 'hucre';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The cell in one line. A formula without a stored value is shown itself, an error by its name. */
export function shownCell(value: CellValue, cell: Cell | undefined, is1904: boolean): string {
  if (value === null || value === undefined) return cell?.formula === undefined ? '' : `=${cell.formula}`;
  if (value instanceof Date) return shownDate(value, cell?.style?.numFmt ?? '', is1904);
  if (typeof value === 'number') return shownNumber(value, cell?.style?.numFmt);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return value.replace(/[\t\r\n]+/g, ' ');
}

/** A duration as its format has it, a time of day as such, dates as ISO 8601 has them, whatever country they are for. */
function shownDate(date: Date, format: string, is1904: boolean): string {
  if (Number.isNaN(date.getTime())) return '(a date that is none)';
  const isDuration = /\[(?:h+|m+|s+)\]/i.test(format);
  if (isDuration) return formatValue(date, format, { is1904 });
  const [day = '', time = ''] = date.toISOString().split('T');
  const clock = time.replace(/(?:\.000)?Z$/, '');
  const start = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 31);
  if (date.getTime() < start + DAY_MS) return clock;
  return clock === '00:00:00' ? day : `${day} ${clock}`;
}

/** As its format shows it, where that loses no digit; else the number itself. */
function shownNumber(value: number, format: string | undefined): string {
  const plain = String(value);
  if (format === undefined || format === 'General') return plain;
  const shown = formatValue(value, format).trim();
  const digits = Number(shown.replace(/[^\d.eE+-]/g, ''));
  const meant = shown.includes('%') ? digits / 100 : digits;
  return Math.abs(meant - value) <= Math.abs(value) * 1e-15 && /\d/.test(shown) ? shown : plain;
}
