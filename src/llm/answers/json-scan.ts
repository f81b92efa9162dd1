/** Follows a JSON object as its text comes in pieces, each read once (SR-H1): where it is whole, and what comes behind. */

export interface JsonScan {
  /** Reads the next piece up to where the first whole object ends; gives that place, or undefined. */
  feed(piece: string): number | undefined;
  isWhole(): boolean;
}

export function createJsonScan(): JsonScan {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let begun = false;
  let whole = false;
  return {
    feed(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        const code = piece.charCodeAt(at);
        if (inString) {
          if (escaped) escaped = false;
          else if (code === 0x5c) escaped = true;
          else if (code === 0x22) inString = false;
        } else if (code === 0x22) inString = true;
        else if (code === 0x7b || code === 0x5b) {
          begun = true;
          depth += 1;
        } else if (code === 0x7d || code === 0x5d) {
          depth -= 1;
          if (begun && depth === 0) {
            whole = true;
            return at + 1;
          }
        }
      }
      return undefined;
    },
    isWhole: () => whole,
  };
}
