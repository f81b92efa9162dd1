/** What can be read of a tool call's arguments while the model still writes them. */
import type { ToolArguments } from '../../../src/domain/messages.ts';

/** A string argument: of the parsed object, or as far as it stands in unfinished JSON. */
export function stringArgument(args: ToolArguments, name: string): string | undefined {
  if (typeof args === 'object') {
    const value = args[name];
    return typeof value === 'string' ? value : undefined;
  }
  const start = new RegExp(`"${name}"\\s*:\\s*"`).exec(args);
  return start === null ? undefined : unescaped(args.slice(start.index + start[0].length));
}

/** A whole number among the arguments, likewise; undefined as long as further digits may come. */
export function numberArgument(args: ToolArguments, name: string): number | undefined {
  if (typeof args === 'object') {
    const value = args[name];
    return typeof value === 'number' ? value : undefined;
  }
  const digits = new RegExp(`"${name}"\\s*:\\s*(\\d+)\\s*[,}]`).exec(args)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The text of a JSON string up to its closing quote, or up to where it breaks off. */
function unescaped(rest: string): string {
  const end = /(?<!\\)(?:\\\\)*"/.exec(rest);
  let raw = end === null ? rest : rest.slice(0, end.index + end[0].length - 1);
  // An escape cut in two: `\`, or `\u` without its four digits.
  if (end === null) raw = raw.replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, '$1');
  try {
    return JSON.parse(`"${raw.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`) as string;
  } catch {
    // No valid JSON string after all (a model's slip): it is shown as it was written.
    return raw;
  }
}
