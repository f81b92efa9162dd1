/** JSON from a stranger's server, parsed where that costs no more than its size says (H7). */

/** Below this a text is parsed as it is. */
const SMALL = 16_384;
/** Values that a text may hold: an answer of 8 MiB has a few thousand. */
const MOST_VALUES = 50_000;
const MOST_DEPTH = 100;

/** The value; undefined where the text is no JSON, or has more values or depth than any answer. */
export function parseBounded(text: string): unknown {
  if (text.length > SMALL && !isModest(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what a text that is no JSON means where it stood.
  }
}

function isModest(text: string): boolean {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === COMMA) values += 1;
    else if (code === BRACE || code === BRACKET) {
      depth += 1;
      values += 1;
    } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) depth -= 1;
    if (depth > MOST_DEPTH || values > MOST_VALUES) return false;
  }
  return true;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
