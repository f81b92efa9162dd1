/** Days and times of schedules as people say them. */

/** From Sunday, 0. The first of August 2021 was one. */
export function weekdayName(day: number, locale: string): string {
  return new Date(Date.UTC(2021, 7, 1 + day)).toLocaleDateString(locale, {
    weekday: 'short',
    timeZone: 'UTC',
  });
}

/** A time by the clock of its schedule; none of its spaces ends a line. */
export function whenText(time: number, timeZone: string, locale: string): string {
  return new Date(time)
    .toLocaleString(locale, {
      ...{ timeZone, weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
      hourCycle: 'h23',
    })
    .replaceAll(' ', '\u00a0');
}
