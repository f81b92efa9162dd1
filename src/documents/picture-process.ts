/** The process in which one picture, or one page of a PDF, is made fit for a model (see make-picture.ts). */
import { buffer } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { drawPage } from './draw-page.ts';
import { scalePicture } from './scale-picture.ts';
import type { PictureAsk } from './types.ts';

/** Of the whole process: a picture of the most pixels that are unpacked, twice, and what runs it. */
const MOST_BYTES = 768 * 1024 ** 2;

const { page } = (JSON.parse(process.argv[2] ?? '') as PictureAsk).picture;
const watch = new Worker(new URL('./memory-watch.ts', import.meta.url), {
  workerData: { mostBytes: MOST_BYTES },
});
watch.unref();
const bytes = await buffer(process.stdin);
const made = page === undefined ? await scalePicture(bytes) : await drawPage(bytes, page);
process.stdout.write(JSON.stringify(made));
