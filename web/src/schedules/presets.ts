/** The crontabs that are chosen by a form, and back: what is none of these is shown as it is. */
import { CronError, parseCron } from '../../../src/domain/schedules/cron.ts';

export const KINDS = ['day', 'week', 'month', 'own'] as const;

/** All that the form has; `kind` says what of it counts. */
export interface Preset {
  kind: (typeof KINDS)[number];
  /** As a field for a time has it: 09:00. */
  time: string;
  /** From Sunday, 0. */
  weekdays: number[];
  day: number;
  cron: string;
}

export const FIRST: Preset = { kind: 'week', time: '09:00', weekdays: [1], day: 1, cron: '0 9 * * 1' };

export function cronOf({ kind, time, weekdays, day, cron }: Preset): string {
  const [hour, minute] = time.split(':').map(Number);
  const at = `${minute} ${hour}`;
  switch (kind) {
    case 'day':
      return `${at} * * *`;
    case 'week':
      return `${at} * * ${weekdays.toSorted().join(',')}`;
    case 'month':
      return `${at} ${day} * *`;
    case 'own':
      return cron;
  }
}

export function presetOf(cron: string): Preset {
  const own: Preset = { ...FIRST, kind: 'own', cron };
  const parsed = read(cron);
  const [hour, ...moreHours] = parsed?.hours ?? [];
  if (parsed === undefined || hour === undefined || moreHours.length > 0 || parsed.months.length < 12)
    return own;
  const { minute, days, weekdays } = parsed;
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  if (days === null)
    return weekdays === null ? { ...own, kind: 'day', time } : { ...own, kind: 'week', time, weekdays };
  const [day, ...moreDays] = days;
  if (weekdays !== null || day === undefined || moreDays.length > 0) return own;
  return { ...own, kind: 'month', time, day };
}

function read(cron: string) {
  try {
    return parseCron(cron);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    return undefined;
  }
}
