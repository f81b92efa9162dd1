/** Arguments that are nearly right, read where there is one reading (M15). */
import type { ToolArguments } from '../domain/events.ts';
import { isTooNested } from '../domain/json-nesting.ts';

/** What a backslash of TeX becomes that was not doubled in JSON, and what follows it in commands that people use. */
const SWALLOWED: readonly [RegExp, string][] = [
  // Nobody writes a form feed or a backspace before a letter.
  [/\f(?=[a-zA-Z])/g, '\\f'],
  [/[\b](?=[a-zA-Z])/g, '\\b'],
  [/\r(?=(?:ho|ight|angle|ceil|floor|m\{))/g, '\\r'],
  [/\t(?=(?:heta|au\b|imes\b|ext(?:bf|it|rm)?\{|ilde|frac))(?<=\S *\t)/g, '\\t'],
  [/\n(?=abla\b)/g, '\\n'],
];

/** The object that the text means; the text itself where it has none, or more than one, reading. */
export function readArguments(text: string): ToolArguments {
  if (text.trim() === '') return {};
  for (const attempt of [text, withEscapes(text)]) {
    const value = parse(attempt);
    // An object that was encoded twice.
    const object = typeof value === 'string' ? parse(value) : value;
    if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
      return withTex(object as Record<string, unknown>);
    }
  }
  return text;
}

/** Line breaks and tabs in strings as their escapes, and backslashes that begin no escape doubled. */
function withEscapes(json: string): string {
  // A string that nothing closes goes on to the end: else each quote in it would be tried as a beginning.
  return json.replace(/"(?:[^"\\]+|\\[\s\S]?)*(?:"|$)/g, (string) =>
    string
      .replace(/\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/g, '\\\\')
      .replace(/\r?\n/g, '\\n')
      .replace(/\t/g, '\\t'),
  );
}

function withTex(given: Record<string, unknown>): Record<string, unknown> {
  const mend = (text: string) => SWALLOWED.reduce((mended, [from, to]) => mended.replace(from, to), text);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? mend(value) : value]),
  );
}

function parse(text: string): unknown {
  if (isTooNested(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the raw text is kept, and the tool's result tells the model so.
  }
}
