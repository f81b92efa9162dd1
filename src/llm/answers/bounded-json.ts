/** JSON from a stranger's server, parsed where that costs no more than its size says (SR-H7). */
import { exceeds } from '../../domain/json-nesting.ts';

/** Below this a text is parsed as it is. */
const SMALL = 16_384;
/** Of an answer of 8 MiB, which has a few thousand values. */
const MOST = { levels: 100, values: 50_000 };

/** The value; undefined where the text is no JSON, or has more values or depth than any answer. */
export function parseBounded(text: string): unknown {
  if (text.length > SMALL && exceeds(text, MOST)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what a text that is no JSON means where it stood.
  }
}
