/**
 * How much structure JSON may have that came from outside, looked at before it is parsed. The parser takes any depth;
 * what walks the value afterwards (`JSON.stringify`, a schema, Postgres) runs out of stack.
 */

/** Deeper than any request or tool call; a JSON schema among a model's fields is some ten levels deep. */
const MOST_LEVELS = 64;

/** What whoever sent such JSON is told. */
export const TOO_NESTED = `This JSON has lists and objects more than ${MOST_LEVELS} levels deep in each other: nest it less.`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether the lists and objects in a JSON text stand in each other more deeply than is taken. */
export function isTooNested(json: string): boolean {
  return exceeds(json, { levels: MOST_LEVELS, values: Number.POSITIVE_INFINITY });
}

/** Whether a value that is parsed already has lists and objects more than so many levels deep in each other. */
export function isNestedBeyond(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isNestedBeyond(one, levels - 1));
}

/** Values that the arguments of a call may have: the tools take some ten. */
const MOST_ARGUMENTS = 1_000;
const TOO_MANY = `These arguments have more than ${MOST_ARGUMENTS} values: send the tool's own alone.`;

/** Why a call's arguments are not parsed at all, in a sentence for whoever wrote them; undefined: they are. */
export function argumentsProblem(json: string): string | undefined {
  if (isTooNested(json)) return TOO_NESTED;
  const most = { levels: Number.POSITIVE_INFINITY, values: MOST_ARGUMENTS };
  return exceeds(json, most) ? TOO_MANY : undefined;
}

/** Whether a JSON text has more levels or more values (lists, objects and commas) than these. One pass, unparsed. */
export function exceeds(json: string, most: { levels: number; values: number }): boolean {
  let level = 0;
  let values = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(json, at);
    else if (code === COMMA) values += 1;
    else if (OPENING.has(code)) {
      level += 1;
      values += 1;
    } else if (CLOSING.has(code)) level -= 1;
    if (level > most.levels || values > most.values) return true;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote, or the text's end. */
function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
