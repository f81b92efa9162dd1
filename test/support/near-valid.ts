/** Strings that are nearly what a server gave out: what a client that errs, or means harm, brings back for a token. */
import fc from 'fast-check';

/** What stands where one character of a token stood: nothing, its neighbours, what ends strings, half a surrogate pair. */
const INSTEAD = [
  '',
  '\0',
  '\ud800',
  '\udfff',
  ' ',
  '%',
  '"',
  '\\',
  '/',
  '.',
  '-',
  '0',
  '9',
  'A',
  'z',
  '=',
  'é',
  '９',
];

/** Numbers at the edges of what Postgres, JavaScript and JSON hold, and what some parsers take for numbers. */
const NUMBERS = [
  ...['-1', '-0', '0.5', '1e3', '1e400', '0x10', '١', '１', 'NaN', 'Infinity', 'null', '[]', '{}', ''],
  ...['2147483647', '2147483648', '4294967296', '9007199254740991', '9007199254740993'],
  ...['9223372036854775807', '9223372036854775808', '18446744073709551616', '9'.repeat(40), '9'.repeat(400)],
];

/** Times as a cursor holds them, each of them wrong, or at the edge of what a date can be. */
const TIMES = [
  ...['2026-02-30T00:00:00.000000Z', '2025-02-29T12:00:00.000000Z', '2026-13-01T00:00:00.000000Z'],
  ...['0000-01-01T00:00:00.000000Z', '0001-01-01T00:00:00.000000Z', '9999-12-31T23:59:59.999999Z'],
  ...['-4714-01-01T00:00:00.000000Z', '+275760-09-13T00:00:00.000000Z', '294277-01-01T00:00:00.000000Z'],
  ...['2026-01-01T24:00:00.000000Z', '2026-06-30T23:59:60.000000Z', '2026-01-01T00:00:00.000000+15:60'],
  ...['2026-01-01', 'now', 'infinity', '-infinity', 'epoch', 'allballs', '2026-01-01T00:00:00.000000Z\0'],
];

/** Characters of a long one, about: more than any token has, and fewer than a request's head may. */
const LONG = 6_000;

/** One of `valid`, most of the time with something done to it. */
export function nearValid(...valid: string[]): fc.Arbitrary<string> {
  const whole = fc.constantFrom(...valid);
  const place = fc.nat({ max: 4_096 });
  const changed = fc
    .tuple(whole, place, fc.oneof(fc.constantFrom(...INSTEAD), fc.string({ unit: 'binary', maxLength: 1 })))
    .map(([text, at, to]) => splice(text, at, 1, to));
  const inserted = fc
    .tuple(whole, place, fc.constantFrom(...INSTEAD))
    .map(([text, at, more]) => splice(text, at, 0, more));
  const cut = fc.tuple(whole, place).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  const odd = whole.chain((text) =>
    fc.constantFrom(
      text.toUpperCase(),
      ` ${text}`,
      `${text}\n`,
      text + text,
      `"${text}"`,
      text.repeat(LONG / (text.length + 1)),
    ),
  );
  return fc.oneof(
    { arbitrary: changed, weight: 4 },
    { arbitrary: inserted, weight: 2 },
    { arbitrary: cut, weight: 2 },
    { arbitrary: odd, weight: 2 },
    { arbitrary: fc.constantFrom(...NUMBERS), weight: 2 },
    whole,
  );
}

/** A cursor that is JSON within base64url, near-valid within as well as without. */
export function nearCursor(...valid: string[]): fc.Arbitrary<string> {
  const fields = valid.map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()) as string[]);
  const inner = fc
    .tuple(
      fc.oneof(fc.constantFrom(...TIMES), nearValid(...fields.map(([time = '']) => time))),
      nearValid(...fields.map(([, id = '']) => id)),
      fc.constantFrom<(pair: string[]) => unknown>(
        ...[(pair: string[]) => pair, (pair: string[]) => [...pair, 1], (pair: string[]) => pair.slice(1)],
        ...[(pair: string[]) => ({ ...pair }), (pair: string[]) => [pair], ([, id]: string[]) => [null, id]],
      ),
    )
    .map(([time, id, shape]) => Buffer.from(JSON.stringify(shape([time, id]))).toString('base64url'));
  return fc.oneof({ arbitrary: inner, weight: 2 }, nearValid(...valid));
}

/** Near-valid numbers as JSON has them, for frames and bodies. */
export function nearNumber(...valid: number[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(...valid, ...valid.map(String), ...valid.map((n) => n + 1), null, [], true),
    fc.constantFrom(
      -1,
      -0,
      0.5,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      2 ** 53 - 1,
      2 ** 53,
      2 ** 63,
      2 ** 64,
      1e308,
    ),
  );
}

function splice(text: string, at: number, remove: number, put: string): string {
  const from = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, from) + put + text.slice(from + remove);
}
