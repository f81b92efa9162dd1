/**
 * Documents as text. Parsers of foreign formats are large and their input is hostile: each runs in a thread of its
 * own with bounds on its heap, its buffers and its time, and its memory goes with it.
 */
import { Worker } from 'node:worker_threads';
import type { DocumentKind } from './kind.ts';

export type Converted = { ok: true; text: string } | { ok: false; problem: string };

const DEADLINE_MS = 30_000;
const HEAP_MB = 384;

/**
 * Bytes of buffers, which the heap's bound does not count: a few copies of the document, and what its parser unpacks.
 * Office archives have a bound of their own on what is unpacked (64 MiB), which is held up to three times. The streams
 * of a PDF have none, and their buffers double: what is seen above the bound may be twice as much.
 */
const COPIES = 3;
const UNPACKED_BYTES: Record<DocumentKind, number> = {
  pdf: 96 * 1024 ** 2,
  docx: 256 * 1024 ** 2,
  xlsx: 256 * 1024 ** 2,
};
const LOOK_MS = 20;

/**
 * The document's text, or why there is none, in words for the model.
 * @throws the signal's reason when it is aborted
 */
export async function convertDocument(
  kind: DocumentKind,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<Converted> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./document-thread.ts', import.meta.url), {
    workerData: { kind, bytes },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    stdout: true,
    stderr: true,
  });
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Converted>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error: Error & { code?: string }) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve({ ok: false, problem: TOO_MUCH });
        else reject(error);
      });
      timer = setTimeout(() => resolve({ ok: false, problem: TOO_LONG }), DEADLINE_MS);
      const most = COPIES * bytes.length + UNPACKED_BYTES[kind];
      look = setInterval(() => {
        // A thread that has ended has no memory to look at; how it ended is told by its own events.
        worker.getHeapStatistics().then(
          ({ external_memory: held }) => held > most && resolve({ ok: false, problem: TOO_MUCH }),
          () => {},
        );
      }, LOOK_MS);
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
    });
  } finally {
    clearTimeout(timer);
    clearInterval(look);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

const TOO_MUCH = 'this document could not be read: it needs more memory than a document may use here.';
const TOO_LONG = `this document could not be read within ${DEADLINE_MS / 1000} seconds.`;
