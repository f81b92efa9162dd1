/**
 * The program that makes one document of one paper and ends (O1). It is asked by stdin, answers by stdout, and has no
 * other way to anything: pandoc and typst see the bytes that they are given.
 */
import { Worker } from 'node:worker_threads';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import { readFrames, writeFrame } from '../frames.ts';
import { type Files, type FromProgram, MOST_DOCUMENT_BYTES, type Opening } from '../job.ts';
import { makeDocument } from './make-document.ts';
import { Refused } from './refused.ts';

const frames = readFrames(process.stdin, MOST_DOCUMENT_BYTES * 2);
const say = async (message: FromProgram, attached: Uint8Array[] = []) =>
  await writeFrame(process.stdout, message, attached);

// A thread of its own: the making holds this one.
const watch = new Worker(new URL('./watch-memory.ts', import.meta.url));
watch.unref();

const opening = await next();
const { job, attached: names } = opening.message as Opening;
const named = (name: string) => opening.attached.filter((_, index) => names[index] === name);
const reference = { en: named('reference-en')[0], zh: named('reference-zh')[0] };

try {
  const made = await makeDocument(job, {
    step: (step) => say({ say: 'step', step }),
    reference: {
      ...(reference.en ? { en: reference.en } : {}),
      ...(reference.zh ? { zh: reference.zh } : {}),
    },
    fonts: named('font'),
    want: async (paths) => {
      await say({ say: 'want', paths });
      const { message, attached } = await next();
      let at = 0;
      return (message as Files).files.map((file) => {
        if (!file.found) return { reason: file.reason };
        at += 1;
        return { bytes: attached[at - 1] as Buffer };
      });
    },
  });
  await say({ say: 'made', problems: made.problems, pages: made.pages }, [made.bytes]);
} catch (error) {
  if (!(error instanceof Refused || error instanceof UnreadableMarkdown)) throw error;
  await say({ say: 'refused', reason: error.message });
}
// What pandoc and typst hold is not given back in any other way.
process.exit(0);

async function next() {
  const { value, done } = await frames.next();
  if (done === true || value === undefined) throw new Error('nobody asks any more');
  return value;
}
