/** How long a server asks us to wait (M17), wherever it says so. Times are milliseconds. */
import type { HttpFailure } from './http-failure.ts';

/** The longest wait that a turn sits out; a longer one ends it with a sentence. */
export const LONGEST_WAIT_MS = 20 * 60_000;
/** Beyond this a number is no wait, but nonsense. */
const LONGEST_NAMED_MS = 400 * 24 * 3_600_000;
/** Times since 1970 in seconds are below this until the year 5138. */
const MILLISECONDS_FROM = 1e11;
const RESET = /^(?:x-ratelimit-reset(?:-[\w-]+)?|(?:x|anthropic)-ratelimit-[\w-]+-reset|ratelimit-reset)$/;

/** Milliseconds until another try may help; undefined where the server does not say. */
export function waitAsked(
  { headers, body }: Pick<HttpFailure, 'headers' | 'body'>,
  now: number,
): number | undefined {
  const found = [
    milliseconds(headers['retry-after-ms']),
    secondsOrDate(headers['retry-after'], now),
    waitInBody(body),
    ...resets(headers, now),
  ].find((wait) => wait !== undefined && wait <= LONGEST_NAMED_MS);
  return found === undefined ? undefined : Math.max(0, Math.ceil(found));
}

/** What the words themselves say: Google's RetryInfo, or "retry in 26.6s". */
export function waitInBody(body: string): number | undefined {
  return retryInfo(body) ?? retryInWords(body);
}

function milliseconds(value: unknown): number | undefined {
  const text = String(value ?? '').trim();
  return text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

function secondsOrDate(value: unknown, now: number): number | undefined {
  const text = String(value ?? '').trim();
  if (text === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const length = duration(text);
  if (length !== undefined) return length;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - now;
}

/** When what is used up is there again: of several, the last, for all must be. */
function resets(headers: HttpFailure['headers'], now: number): (number | undefined)[] {
  const waits = Object.entries(headers).flatMap(([name, value]): number[] => {
    if (!RESET.test(name)) return [];
    // What is left of a limit that is not used up asks for no wait.
    const left = headers[name.replace('reset', 'remaining')];
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
  return secondsOrDate(text, now);
}

const DURATION =
  /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/i;

function duration(text: string): number | undefined {
  const found = DURATION.exec(text.trim());
  if (found === null || text.trim() === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = found;
  return (
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 +
    Number(seconds) * 1000 +
    Number(ms)
  );
}

/** `"retryDelay": "26s"`. */
function retryInfo(body: string): number | undefined {
  const found = /"retryDelay"\s*:\s*"([\d.]{1,20}s)"/.exec(body);
  return found === null ? undefined : duration(found[1] ?? '');
}

const UNITS: readonly [RegExp, number][] = [
  [/^m(?:illi)?s/i, 1],
  [/^s/i, 1_000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
];

/** "try again in 6m0s", "retry after 30 seconds", "retry in 26.6s". */
function retryInWords(body: string): number | undefined {
  const [, amount = '', unit = ''] =
    /(?:retry|try again) (?:in|after) (?:about )?(\d[\d.]{0,19}(?:[dhms][\d.dhms]{0,30})?) ?(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)?\b/i.exec(
      body,
    ) ?? [];
  const text = amount.replace(/\.$/, '');
  if (unit === '') return duration(text);
  const factor = UNITS.find(([name]) => name.test(unit))?.[1];
  const number = Number(text);
  return factor === undefined || !Number.isFinite(number) ? undefined : number * factor;
}
