/** Documents as text, read in a process of their own (reader-process.ts). */
import type { Readable } from 'node:stream';
import type { Asking } from '../threads/job-threads.ts';
import type { Window } from './line-window.ts';
import { MOST_BYTES, readInProcess } from './reader-process.ts';
import type { Converted } from './types.ts';

/**
 * The window of the document's text, or why there is none, in words for the model.
 * @throws the signal's reason when it is aborted; what `open` throws
 */
export async function readDocument(
  open: () => Promise<{ size: number; stream: Readable }>,
  window: Window,
  asking: Asking,
): Promise<Converted> {
  const openSmall = async () => {
    const { size, stream } = await open();
    if (size <= MOST_BYTES) return stream;
    stream.destroy();
    return { refused: TOO_LARGE };
  };
  const read = await readInProcess<Converted, string>(openSmall, { window }, asking);
  if ('answer' in read) return read.answer;
  return { ok: false, problem: 'refused' in read ? read.refused : UNANSWERED[read.unanswered] };
}

const TOO_LARGE = `it is larger than the ${MOST_BYTES / 1024 ** 2} MB that are read here; read it by code.`;
const UNANSWERED = {
  late: 'it could not be read in time.',
  died: 'it could not be read: reading it needs more than a document may use here.',
};
