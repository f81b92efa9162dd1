/** Cuts a byte stream where no character is split, so that each piece decodes on its own (S5). */

const LINE_END = 0x0a;

export interface WholeText {
  text: string;
  /** How many bytes of the input `text` stands for; the rest is to be put before what comes next. */
  bytes: number;
}

/** How many bytes a character has, judged by its first one; 0 for one that begins no character. */
function lengthFrom(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/** The number of bytes at the end of `bytes` that begin a character and do not complete it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthFrom(byte) > back ? back : 0;
  }
  return 0;
}

/**
 * Decodes as much of `bytes` as ends on a whole character; bytes that are no UTF-8 become U+FFFD.
 * @param final true when nothing follows: an unfinished character at the end is then U+FFFD too.
 */
export function wholeText(bytes: Uint8Array, final: boolean): WholeText {
  const end = bytes.length - (final ? 0 : unfinished(bytes));
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end)), bytes: end };
}

/**
 * The same in up to two pieces, the first of which ends where the last whole line does: what is held of a line that goes
 * on has an end of its own then (W4).
 */
export function wholeLines(bytes: Uint8Array, final: boolean): WholeText[] {
  const end = bytes.lastIndexOf(LINE_END) + 1;
  const rest = wholeText(bytes.subarray(end), final);
  return [wholeText(bytes.subarray(0, end), true), rest].filter((piece) => piece.bytes > 0);
}
