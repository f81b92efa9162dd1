/** Pictures for models that see (W10): each is unpacked, scaled and packed in a process of its own. */
import { Readable } from 'node:stream';
import type { Asking } from '../threads/job-threads.ts';
import { READERS, runReader } from './reader-process.ts';
import type { Scaled } from './scale-picture.ts';

/** The largest file that is looked at. */
export const MOST_FILE_BYTES = 20 * 1024 ** 2;

const SCRIPT = new URL('./picture-process.ts', import.meta.url);

/**
 * The picture as it is shown, or why there is none.
 * @throws the signal's reason when it is aborted
 */
export async function makePicture(file: Buffer, { person, signal }: Asking): Promise<Scaled> {
  using _place = await READERS.enter(person, signal);
  const made = await runReader({ script: SCRIPT, given: {}, native: true }, Readable.from([file]), signal);
  if (made === 'late') return { ok: false, problem: 'it could not be unpacked in time' };
  if (made === 'died') return { ok: false, problem: 'it could not be unpacked' };
  return JSON.parse(made.said) as Scaled;
}
