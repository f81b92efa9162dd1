/**
 * The times at which a schedule comes: what a person is shown, which of Temporal's times are taken, and by what a schedule is
 * noticed that Temporal has lost. A time that a change of the clocks leaves out does not come that day, as with Temporal. One
 * that it repeats comes once, where Temporal takes some of these twice, and the hour before some (its server's
 * scheduler/calendar.go, tried by test/integration/schedules.test.ts).
 */
import type { Cron } from './cron.ts';

/** When a schedule comes. */
export interface ScheduleTimes {
  cron: Cron;
  /** An IANA name, as `knownTimeZone` gives it. */
  timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The 29th of February may be eight years away (2096 to 2104). */
const DAYS_AHEAD = 8 * 366 + 1;

/** The time zone under its own name; undefined where there is none of that name, or it is only so many hours. */
export function knownTimeZone(name: string): string | undefined {
  if (!/^[a-z]/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The first `count` times after `after`, in milliseconds since 1970; fewer where there are none for eight years. */
export function nextTimes({ cron, timeZone }: ScheduleTimes, after: number, count: number): number[] {
  const zone = openZone(timeZone);
  const found: number[] = [];
  const today = Math.floor(zone.onTheClock(after) / DAY_MS) * DAY_MS;
  for (let day = 0; day < DAYS_AHEAD && found.length < count; day += 1) {
    const date = today + day * DAY_MS;
    if (!isDayOf(cron, new Date(date))) continue;
    for (const hour of cron.hours) {
      const time = zone.timeOf(date + (hour * 60 + cron.minute) * MINUTE_MS);
      if (time !== undefined && time > after) found.push(time);
    }
  }
  return found.slice(0, count);
}

/** As crontabs have it: where both kinds of day are named, a day of either. */
function isDayOf({ days, months, weekdays }: Cron, date: Date): boolean {
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  const isDay = days?.includes(date.getUTCDate());
  const isWeekday = weekdays?.includes(date.getUTCDay());
  if (isDay === undefined && isWeekday === undefined) return true;
  return isDay === true || isWeekday === true;
}

/** What the clock shows somewhere, as if it were UTC, and back. */
function openZone(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });

  function onTheClock(time: number): number {
    const parts = Object.fromEntries(
      format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  }

  /** How far the clock is ahead of UTC at a time of whole minutes. */
  const aheadAt = (time: number) => onTheClock(time) - time;

  return {
    onTheClock,
    /** When the clock shows that; undefined: that day it does not. Of two times one that Temporal takes. */
    timeOf(shown: number): number | undefined {
      const ahead = aheadAt(shown);
      const first = shown - ahead;
      const time = aheadAt(first) === ahead ? first : shown - aheadAt(first);
      return onTheClock(time) === shown ? time : undefined;
    },
  };
}
