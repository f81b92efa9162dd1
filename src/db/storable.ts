/**
 * JSON text that Postgres' jsonb takes: it knows no NUL and no half of a surrogate pair, so each becomes U+FFFD.
 * Models and programs do write them, and no such byte may cost a message.
 */
export function storableJson(value: unknown): string {
  // JSON.stringify writes both as escapes; an escaped backslash before them is skipped by matching it first.
  return JSON.stringify(value).replace(/\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g, (match) =>
    match === '\\\\' ? match : '\\ufffd',
  );
}

/** A string as `storableJson` would store it. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
