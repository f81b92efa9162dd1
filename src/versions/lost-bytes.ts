/** Bytes that a row names are not on the disk any more, or are others, or this Node cannot read them. */
export class LostBytes extends Error {
  override readonly name = 'LostBytes';
}
