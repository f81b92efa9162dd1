/** Puts pieces that know their place together again, in whatever order and however often they come. */

export interface PieceStore {
  add(piece: { offset: number; bytes: Buffer }): void;
  /** From the first byte to the last that came; zeros where a piece is missing. */
  whole(): Buffer;
}

/** @param most bytes that are kept: what lies beyond is none of the relay's */
export function pieceStore(most: number): PieceStore {
  const pieces: { offset: number; bytes: Buffer }[] = [];
  let end = 0;
  return {
    add(piece) {
      const after = piece.offset + piece.bytes.length;
      if (after > most) return;
      pieces.push(piece);
      end = Math.max(end, after);
    },
    whole() {
      const whole = Buffer.alloc(end);
      for (const { offset, bytes } of pieces) bytes.copy(whole, offset);
      return whole;
    },
  };
}
