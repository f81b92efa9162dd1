/**
 * When a schedule comes (H7), as the five fields of a crontab: minute, hour, day of the month, month, day of the week. The
 * minute is one number, so that nothing comes more often than once an hour.
 */

/** Each field as the numbers that match; null: every day. Days of the week count from Sunday, 0; months from 1. */
export interface Cron {
  minute: number;
  hours: number[];
  days: number[] | null;
  months: number[];
  weekdays: number[] | null;
}

/** A text that is no such thing, in one sentence. */
export class CronError extends Error {
  override name = 'CronError';
}

export const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  name: string;
  least: number;
  most: number;
  /** Names that stand for numbers, from `least` on. */
  names?: readonly string[];
}

const HOUR: Field = { name: 'hour', least: 0, most: 23 };
const DAY: Field = { name: 'day of the month', least: 1, most: 31 };
const MONTH: Field = { name: 'month', least: 1, most: 12, names: MONTHS };
/** 7 is Sunday as well. */
const WEEKDAY: Field = { name: 'day of the week', least: 0, most: 7, names: WEEKDAYS };

/** Days that the longest of a month has: what asks for more never comes. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @throws CronError */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5)
    throw new CronError(
      'cron: write five fields, such as "0 9 * * 1": minute, hour, day of the month, month, day of the week.',
    );
  if (!/^\d{1,2}$/.test(minute) || Number(minute) > 59)
    throw new CronError(
      'cron: the minute must be one number from 0 to 59, since a schedule comes once an hour at most.',
    );
  const cron: Cron = {
    minute: Number(minute),
    hours: numbersOf(hour, HOUR),
    days: day === '*' ? null : numbersOf(day, DAY),
    months: numbersOf(month, MONTH),
    weekdays: weekday === '*' ? null : sorted(numbersOf(weekday, WEEKDAY).map((number) => number % 7)),
  };
  if (!comes(cron)) throw new CronError('cron: no month has such a day, so it would never come.');
  return cron;
}

/** Whether some month has one of the days. Where days of the week are named too, those come anyway. */
function comes({ days, months, weekdays }: Cron): boolean {
  if (days === null || weekdays !== null) return true;
  const first = Math.min(...days);
  return months.some((month) => first <= (LONGEST_MONTHS[month - 1] ?? 0));
}

/** The numbers of a list of numbers, ranges and steps. */
function numbersOf(text: string, field: Field): number[] {
  return sorted(text.split(',').flatMap((part) => numbersOfPart(part, field)));
}

function numbersOfPart(part: string, field: Field): number[] {
  const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  const [from, to] = range === '*' ? [field.least, field.most] : endsOf(range, field);
  const by = Number(step);
  if (from === undefined || to === undefined || from > to || by < 1) throw wrong(part, field);
  // A single number with a step goes on from there, as crontabs have it.
  const last = range !== '*' && !range.includes('-') && part.includes('/') ? field.most : to;
  return Array.from({ length: Math.floor((last - from) / by) + 1 }, (_, index) => from + index * by);
}

function endsOf(range: string, field: Field): (number | undefined)[] {
  const ends = range.split('-');
  if (ends.length > 2) return [];
  const numbers = ends.map((end) => numberOf(end, field));
  return numbers.length === 1 ? [numbers[0], numbers[0]] : numbers;
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return least + named;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function wrong(part: string, { name, least, most, names }: Field): CronError {
  const or = names === undefined ? '' : `, or names such as ${names.slice(0, 2).join(', ')}`;
  return new CronError(
    `cron: "${part.slice(0, 40)}" is no ${name}: write numbers from ${least} to ${most}${or}.`,
  );
}

function sorted(numbers: number[]): number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
