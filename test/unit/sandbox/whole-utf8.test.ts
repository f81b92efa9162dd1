import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wholeText } from '../../../src/sandbox/whole-utf8.ts';

/** Feeds the pieces one after the other, as a reader of a growing file would. */
function readInPieces(pieces: Uint8Array[]): { text: string; bytes: number } {
  let waiting = Buffer.alloc(0);
  let text = '';
  let bytes = 0;
  pieces.forEach((piece, index) => {
    waiting = Buffer.concat([waiting, piece]);
    const taken = wholeText(waiting, index === pieces.length - 1);
    text += taken.text;
    bytes += taken.bytes;
    waiting = waiting.subarray(taken.bytes);
  });
  return { text, bytes };
}

test('S5: however bytes are cut into pieces, the text is that of the whole, and every byte is counted', () => {
  const anyBytes = fc.uint8Array({ maxLength: 12 });
  const someText = fc.string({ unit: 'binary', maxLength: 6 }).map((text) => new TextEncoder().encode(text));
  fc.assert(
    fc.property(fc.array(fc.oneof(anyBytes, someText), { minLength: 1 }), (pieces) => {
      const whole = Buffer.concat(pieces);
      expect(readInPieces(pieces)).toEqual({
        text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole),
        bytes: whole.length,
      });
    }),
    { numRuns: 2_000 },
  );
});

test('S5: the beginning of a character waits for its rest, and is U+FFFD when none comes', () => {
  const start = Buffer.from('a€').subarray(0, 3);
  expect(wholeText(start, false)).toEqual({ text: 'a', bytes: 1 });
  expect(wholeText(start, true)).toEqual({ text: 'a\ufffd', bytes: 3 });
});
