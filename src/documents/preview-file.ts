/** What a person is shown of a file that the page cannot read itself (W12), read in a process of its own. */
import type { Readable } from 'node:stream';
import type { Preview } from '../protocol/previews.ts';
import type { Asking } from '../threads/job-threads.ts';
import { MOST_BYTES, readInProcess } from './reader-process.ts';
import type { PreviewAsk } from './types.ts';

/** How long somebody waits for a place and an answer; the reader's own bound is shorter. */
const TIMEOUT_MS = 60_000;

/** A file of a workspace. */
export interface ShownFile {
  name: string;
  size: number;
  /** Its first bytes, up to `end`, that one included. */
  open(end: number): Promise<Readable>;
}

/**
 * A bounded part of the file as it is best shown, or why there is none.
 * @throws the signal's reason when it is aborted; what `open` throws
 */
export async function previewFile(
  { name, size, open }: ShownFile,
  part: Pick<PreviewAsk, 'sheet' | 'offset'>,
  { person, signal }: Asking,
): Promise<Preview> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const read = await readInProcess<Preview, never>(
      () => open(MOST_BYTES - 1),
      { preview: { name, size, ...part } },
      { person, signal: AbortSignal.any([signal, late]) },
    );
    return 'answer' in read ? read.answer : { kind: 'none', reason: 'too_much' };
  } catch (error) {
    if (late.aborted && !signal.aborted) return { kind: 'none', reason: 'busy' };
    throw error;
  }
}
