/** Decoders by label: the system's, and iconv-lite's for what that lacks. */
import iconv from 'iconv-lite';

export interface Decoder {
  /** The characters of these bytes; those of a character that is not whole yet come with the next. */
  write(bytes: Uint8Array): string;
  /** What is left. */
  end(): string;
}

/** ICU's EUC-KR ends where KS X 1001 does; what Windows writes in Korea goes on (Unified Hangul Code). */
const LACKING = new Set(['cp949']);

/** A decoder that turns invalid bytes into U+FFFD. */
export function openDecoder(label: string): Decoder {
  if (LACKING.has(label)) {
    const decoder = iconv.getDecoder(label);
    return { write: (bytes) => decoder.write(Buffer.from(bytes)), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(label);
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/** The text of these bytes, or null where some are not valid. They may end inside a character. */
export function decodeStrictly(bytes: Uint8Array, label: string): string | null {
  if (LACKING.has(label)) {
    const text = openDecoder(label).write(bytes);
    return text.includes('\uFFFD') ? null : text;
  }
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}
