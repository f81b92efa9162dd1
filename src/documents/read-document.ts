/** Documents as text, each read in a process of its own (see reader-process.ts). */
import type { Readable } from 'node:stream';
import type { Asking } from '../threads/job-threads.ts';
import type { Converted } from './convert.ts';
import type { Window } from './line-window.ts';
import { READERS, runReader } from './reader-process.ts';

/** The largest document that is read; uploads are no larger (A7). */
const MOST_BYTES = 50 * 1024 ** 2;

const READER = new URL('./document-process.ts', import.meta.url);

/**
 * The window of the document's text, or why there is none, in words for the model.
 * @throws the signal's reason when it is aborted; what `open` throws
 */
export async function readDocument(
  open: () => Promise<{ size: number; stream: Readable }>,
  window: Window,
  { person, signal }: Asking,
): Promise<Converted> {
  using _place = await READERS.enter(person, signal);
  const { size, stream } = await open();
  if (size > MOST_BYTES) {
    stream.destroy();
    return {
      ok: false,
      problem: `it is larger than the ${MOST_BYTES / 1024 ** 2} MB that are read here; read it by code.`,
    };
  }
  const reading = await runReader({ script: READER, given: window }, stream, signal);
  if (reading === 'late') return { ok: false, problem: 'it could not be read in time.' };
  if (reading === 'died')
    return {
      ok: false,
      problem: 'it could not be read: reading it needs more than a document may use here.',
    };
  return JSON.parse(reading.said) as Converted;
}
