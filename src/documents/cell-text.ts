/** A cell of a workbook in words: what a person sees, with all digits that the file has. */
import { type Cell, type CellValue, formatValue } from 'hucre';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The day whose number is 0 in a workbook that counts days; `null` for one that writes dates as they are (ODS). */
export type Epoch = '1900' | '1904' | null;

/** Excel counts a 29 February 1900 that never was, so its first day seems one later than it is told from March 1900 on. */
const FIRST_DAY = { '1900': Date.UTC(1899, 11, 31), '1904': Date.UTC(1904, 0, 1) };
const LAST_YEAR = 9_999;

/** The cell in one line. A formula without a stored value is shown itself, an error by its name. */
export function shownCell(value: CellValue, cell: Cell | undefined, epoch: Epoch): string {
  if (value === null || value === undefined) return cell?.formula === undefined ? '' : `=${cell.formula}`;
  if (value instanceof Date) return shownDate(value, cell?.style?.numFmt ?? '', epoch);
  if (typeof value === 'number') return shownNumber(value, cell?.style?.numFmt);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return value.replace(/[\t\r\n]+/g, ' ');
}

/**
 * A duration as its format has it, a time of day as such, dates as ISO 8601 has them, whatever country they are for. Where
 * Excel has no date to show, before its first day and after its last, the number itself.
 */
function shownDate(date: Date, format: string, epoch: Epoch): string {
  if (Number.isNaN(date.getTime())) return '(a date that is none)';
  const [day = '', time = ''] = date.toISOString().split('T');
  const clock = time.replace(/(?:\.000)?Z$/, '');
  if (epoch !== null) {
    const days = (date.getTime() - FIRST_DAY[epoch]) / DAY_MS;
    if (days < 0) return numberOf(days);
    if (date.getUTCFullYear() > LAST_YEAR) return numberOf(epoch === '1900' ? days + 1 : days);
    const isDuration = /\[(?:h+|m+|s+)\]/i.test(format);
    if (isDuration) return formatValue(date, format, { is1904: epoch === '1904' });
    if (days < 1) return clock;
  }
  return clock === '00:00:00' ? day : `${day} ${clock}`;
}

/** To the milliseconds that dates are kept by. */
function numberOf(days: number): string {
  return String(Number(days.toFixed(8)));
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
