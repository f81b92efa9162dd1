/** What is kept of a stream of any length for the model: its beginning and its end, in bounded memory (S5). */

/**
 * Of each end; in characters. More than is shown, because tracebacks are shortened before they are cut.
 */
const KEPT_CHARACTERS = 64 * 1024;

export interface KeptOutput {
  head: string;
  /** Characters between head and tail that are gone. */
  dropped: number;
  tail: string;
}

export interface OutputKeeper {
  add(text: string): void;
  kept(): KeptOutput;
}

/** @param before what an earlier attempt had read, as far as it is stored. */
export function keepHeadAndTail(before = ''): OutputKeeper {
  let head = '';
  let tail = '';
  let dropped = 0;

  function add(text: string) {
    const room = dropped === 0 && tail === '' ? KEPT_CHARACTERS - head.length : 0;
    const cut = room < text.length ? wholeCharacter(text, Math.max(0, room)) : text.length;
    head += text.slice(0, cut);
    tail += text.slice(cut);
    // Let go in large pieces: cutting the tail at each small print would copy it each time.
    if (tail.length > 2 * KEPT_CHARACTERS) {
      const from = wholeCharacter(tail, tail.length - KEPT_CHARACTERS);
      dropped += from;
      tail = tail.slice(from);
    }
  }

  add(before);
  return { add, kept: () => ({ head, dropped, tail }) };
}

/** Not between the two halves of a character outside the basic plane. */
export function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}
