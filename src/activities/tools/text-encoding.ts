/** Telling text from other files, and how its bytes are to be read. */

/** What a file's first bytes say of it. `label` is for TextDecoder. */
export type TextEncoding = { label: 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' | 'windows-1252' } | null;

/** Bytes of a file that are looked at. */
export const SAMPLE_BYTES = 64 * 1024;

/**
 * The encoding of a text, or null where the bytes are no text. UTF-8 where they can be that, then the encoding of
 * older Chinese files, then the one in which every byte is a character.
 */
export function encodingOf(sample: Uint8Array): TextEncoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return { label: 'utf-16le' };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { label: 'utf-16be' };
  if (isBinary(sample)) return null;
  for (const label of ['utf-8', 'gb18030'] as const) if (decodes(sample, label)) return { label };
  return { label: 'windows-1252' };
}

/** A sample may end inside a character, so the decoder is told that more may follow. */
function decodes(sample: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A NUL, or more than one control character in a hundred. */
function isBinary(sample: Uint8Array): boolean {
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d && byte !== 0x1b)
      controls += 1;
  }
  return controls * 100 > sample.length;
}
