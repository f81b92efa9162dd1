/** Runs a parser in a thread with bounds on its heap, its buffers and its time. */
import { Worker } from 'node:worker_threads';
import type { Window } from './line-window.ts';
import type { Ask, Converted, PreviewAsk, Previewed } from './types.ts';

const DEADLINE_MS = 30_000;
const HEAP_MB = 384;

/**
 * Bytes of buffers, which the heap's bound does not count: a few copies of the document, and what its parser unpacks.
 * Office archives have a bound of their own on what is unpacked, which is held up to three times. The streams of a PDF
 * have none, and their buffers double: what is seen above the bound may be twice as much.
 */
const COPIES = 3;
const UNPACKED_BYTES = 128 * 1024 ** 2;
const LOOK_MS = 20;

/** The window of the document's text, or why there is none, in words for the model. The bytes are given away. */
export async function convertDocument(bytes: Buffer, window: Window): Promise<Converted> {
  const answer = await askThread<Converted>(bytes, { window });
  if (answer === 'too_much') return { ok: false, problem: TOO_MUCH };
  return answer === 'too_long' ? { ok: false, problem: TOO_LONG } : answer;
}

/** What a person is shown of the file. The bytes are given away. */
export async function previewDocument(bytes: Buffer, preview: PreviewAsk): Promise<Previewed> {
  const answer = await askThread<Previewed>(bytes, { preview });
  return typeof answer === 'string' ? { preview: { kind: 'none', reason: 'too_much' } } : answer;
}

async function askThread<Answer>(bytes: Buffer, ask: Ask): Promise<Answer | 'too_much' | 'too_long'> {
  const most = COPIES * bytes.length + UNPACKED_BYTES;
  const document = new Uint8Array(bytes);
  const worker = new Worker(new URL('./document-thread.ts', import.meta.url), {
    workerData: { document, ask },
    transferList: [document.buffer],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Answer | 'too_much' | 'too_long'>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error: Error & { code?: string }) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve('too_much');
        else reject(error);
      });
      timer = setTimeout(() => resolve('too_long'), DEADLINE_MS);
      look = setInterval(() => {
        // A thread that has ended has no memory to look at; how it ended is told by its own events.
        worker.getHeapStatistics().then(
          ({ external_memory: held }) => held > most && resolve('too_much'),
          () => {},
        );
      }, LOOK_MS);
    });
  } finally {
    clearTimeout(timer);
    clearInterval(look);
    await worker.terminate();
  }
}

const TOO_MUCH =
  'this document could not be read: it needs more memory than a document may use here. Ask the person for a part of it.';
const TOO_LONG = `this document could not be read within ${DEADLINE_MS / 1000} seconds. Ask the person for a part of it.`;
