/** What a person types about a model, as the API takes it. */

/** null where nothing stands there. */
export function readNumber(text: string | number): number | null {
  // A number field's model is a number once it was typed in.
  return text === '' ? null : Number(text);
}

/** The object that the text is; an empty one for no text, null where it is something else. */
export function paramsOf(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // not JSON: the form says so
  }
}

/** The server of an address; the text itself while it is none yet. */
export function originOf(address: string): string {
  return URL.parse(address)?.origin ?? address;
}

/** A header of the person's own. Its value goes in and is never shown; `stored`: there is one. */
export interface HeaderRow {
  name: string;
  value: string;
  stored: boolean;
}

/** The headers as the API takes them; null: the value that is stored stays. Rows without a name are none. */
export function headersOf(rows: readonly HeaderRow[]): Record<string, string | null> {
  const named = rows.filter(({ name }) => name.trim() !== '');
  return Object.fromEntries(
    named.map(({ name, value, stored }) => [name.trim(), value === '' && stored ? null : value]),
  );
}
