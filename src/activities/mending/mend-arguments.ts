/** A call's arguments that are nearly right, read where there is one reading (M15). */
import { textKindOf } from '../../agents/tool-definitions.ts';
import { argumentsProblem } from '../../domain/json-nesting.ts';
import type { ToolArguments } from '../../domain/messages.ts';
import { MOST_MENDED, mendText } from './mend-text.ts';

/**
 * The object that the text means, its texts mended; the text itself where it has none, or more than one, reading.
 * `tool` is the called tool's name, which may be one that nobody knows.
 */
export function readArguments(tool: string, text: string): ToolArguments {
  if (text.trim() === '') return {};
  const object = objectIn(text) ?? (text.length > MOST_MENDED ? undefined : objectIn(withEscapes(text)));
  return object === undefined ? text : mended(tool, object);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  const value = parse(text);
  // An object that was encoded twice.
  const object = typeof value === 'string' ? parse(value) : value;
  return typeof object === 'object' && object !== null && !Array.isArray(object)
    ? (object as Record<string, unknown>)
    : undefined;
}

/** Line breaks and tabs in strings as their escapes, and backslashes that begin no escape doubled. */
function withEscapes(json: string): string {
  // A string that nothing closes goes on to the end: else each quote in it would be tried as a beginning.
  return json.replace(/"(?:[^"\\]+|\\[\s\S]?)*(?:"|$)/g, (string) =>
    string
      .replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})?/g, (found) => (found === '\\' ? '\\\\' : found))
      .replace(/\r?\n/g, '\\n')
      .replace(/\t/g, '\\t'),
  );
}

function mended(tool: string, given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const kind = typeof value === 'string' ? textKindOf(tool, name, given) : undefined;
      return [name, kind === undefined ? value : mendText(value as string, kind)];
    }),
  );
}

function parse(text: string): unknown {
  if (argumentsProblem(text) !== undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the raw text is kept, and the tool's result tells the model so.
  }
}
