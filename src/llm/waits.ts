/** How long a server asks us to wait (M17), wherever it says so. Times are milliseconds. */
import type { HttpFailure } from './errors.ts';

/** Longer waits are no waits: the turn says so and ends. */
const LONGEST_MS = 24 * 3_600_000;
/** Times since 1970 in seconds are below this until the year 5138. */
const MILLISECONDS_FROM = 1e11;

/** Milliseconds until another try may help; undefined where the server does not say. */
export function waitAsked(
  { headers, body }: Pick<HttpFailure, 'headers' | 'body'>,
  now: number,
): number | undefined {
  const found = [
    milliseconds(headers['retry-after-ms']),
    secondsOrDate(headers['retry-after'], now),
    retryInfo(body),
    retryInWords(body),
    ...resets(headers, now),
  ].find((wait) => wait !== undefined);
  return found === undefined ? undefined : Math.min(LONGEST_MS, Math.max(0, Math.ceil(found)));
}

function milliseconds(value: unknown): number | undefined {
  const number = value === undefined ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function secondsOrDate(value: unknown, now: number): number | undefined {
  const text = String(value ?? '').trim();
  if (text === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - now;
}

/** When what is used up is there again: of several, the last, for all must be. */
function resets(headers: HttpFailure['headers'], now: number): (number | undefined)[] {
  const waits = Object.entries(headers).flatMap(([name, value]): number[] => {
    if (!/^(?:x-ratelimit-reset(?:-\w+)?|anthropic-ratelimit-\w+-reset|ratelimit-reset)$/.test(name))
      return [];
    // What is left of a limit that is not used up asks for no wait.
    const left =
      headers[name.replace('reset', 'remaining')] ?? headers[name.replace(/-reset$/, '-remaining')];
    if (left !== undefined && Number(left) > 0) return [];
    const wait = resetAt(String(value), now);
    return wait === undefined ? [] : [wait];
  });
  return waits.length === 0 ? [] : [Math.max(...waits)];
}

/** `6m0s`, `350ms`, seconds, seconds or milliseconds since 1970, or a date. */
function resetAt(text: string, now: number): number | undefined {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) {
    if (number > MILLISECONDS_FROM) return number - now;
    return number > 1e9 ? number * 1000 - now : number * 1000;
  }
  return duration(text) ?? secondsOrDate(text, now);
}

function duration(text: string): number | undefined {
  const found = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(
    text.trim(),
  );
  if (found === null || text.trim() === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = found;
  return (
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 +
    Number(seconds) * 1000 +
    Number(ms)
  );
}

/** Google's RetryInfo: `"retryDelay": "26s"`. */
function retryInfo(body: string): number | undefined {
  const found = /"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d{1,9})?)s"/.exec(body);
  return found === null ? undefined : Number(found[1]) * 1000;
}

function retryInWords(body: string): number | undefined {
  const found =
    /(?:retry|try again) (?:in|after) (\d{1,9}(?:\.\d{1,9})?) ?(ms|s|seconds?|m(?:in(?:utes?)?)?)\b/i.exec(
      body,
    );
  if (found === null) return undefined;
  const unit = (found[2] ?? 's').toLowerCase();
  return Number(found[1]) * (unit === 'ms' ? 1 : unit.startsWith('s') ? 1000 : 60_000);
}
