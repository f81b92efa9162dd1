/** Pictures for models that see (W10): each is unpacked, scaled and packed in a process of its own. */
import { Readable } from 'node:stream';
import type { Asking } from '../threads/job-threads.ts';
import { readInProcess } from './reader-process.ts';
import type { Scaled } from './scale-picture.ts';

/** The largest file that is looked at. */
export const MOST_FILE_BYTES = 20 * 1024 ** 2;

/**
 * The picture as it is shown, or why there is none; of a PDF one `page`.
 * @throws the signal's reason when it is aborted
 */
export async function makePicture(file: Buffer, asking: Asking, page?: number): Promise<Scaled> {
  const ask = { picture: page === undefined ? {} : { page } };
  const read = await readInProcess<Scaled, never>(async () => Readable.from([file]), ask, asking);
  if ('answer' in read) return read.answer;
  const isLate = 'unanswered' in read && read.unanswered === 'late';
  return { ok: false, problem: isLate ? 'it could not be unpacked in time' : 'it could not be unpacked' };
}
