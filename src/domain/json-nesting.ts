/**
 * How deeply JSON may be nested that came from outside. The parser takes any depth; what walks the value afterwards
 * (`JSON.stringify`, a schema, Postgres) runs out of stack.
 */

/** Deeper than any request or tool call; a JSON schema among a model's fields is some ten levels deep. */
const MOST_LEVELS = 64;

/** What whoever sent such JSON is told. */
export const TOO_NESTED = `This JSON has lists and objects more than ${MOST_LEVELS} levels deep in each other: nest it less.`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether the lists and objects in a JSON text stand in each other more deeply than is taken. One pass, unparsed. */
export function isTooNested(json: string): boolean {
  let level = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(json, at);
    else if (OPENING.has(code)) {
      level += 1;
      if (level > MOST_LEVELS) return true;
    } else if (CLOSING.has(code)) level -= 1;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote, or the text's end. */
function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
