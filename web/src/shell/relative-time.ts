const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/**
 * How long ago, in words: `5 minutes ago`, `yesterday`; null within the last minute, where words differ too
 * much by language. Times are milliseconds since the epoch.
 */
export function relativeTime(then: number, now: number, locale: string): string | null {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const seconds = Math.min(0, (then - now) / 1000);
  for (const [unit, length] of steps) {
    if (-seconds >= length) return format.format(Math.ceil(seconds / length), unit);
  }
  return null;
}
