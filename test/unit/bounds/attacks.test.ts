/**
 * What once froze a process for many seconds, or filled its memory, is answered. Each attack runs in a thread that is
 * ended at a deadline: the linear work takes some milliseconds and the work that grew with the square minutes, so a
 * busy machine cannot make it fail nor a quick one let it pass.
 */
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';

const DEADLINE_MS = 20_000;
const HEAP_MB = 256;

const ANSWERS: [attack: string, answer: unknown][] = [
  ['SR-C1: a long title over many sections', expect.stringContaining('line 1 has more than 1000 characters')],
  [
    'SR-C1: the longest titles that are read over most of the sections that are read',
    expect.stringContaining('x.md: 9001 sections'),
  ],
  ['SR-H1: sections with one title', expect.stringContaining('x.md: 10000 sections')],
  ['SR-H1: more sections with one title than are read', expect.stringContaining('more than 10000 headings')],
  ['SR-H1: a title of marks', expect.stringContaining('more than 1000 characters')],
  ['SR-H1: titles of marks, each as long as a title may be', expect.stringContaining('x.md: 500 sections')],
  ['SR-H1: an argument of marks', 8_000_003],
  ['SR-H1: a reference of separators', false],
  ['SR-H1: a reference of as many separators as fit', false],
  ['SR-H1: a path of slashes', true],
  ['SR-H1: an SVG with a spaced width', 'svg'],
  ['SR-H1: an SVG with a spaced attribute', 'svg'],
  ['SR-H1: arguments whose string nothing closes', 8_000_002],
  ['SR-C3: a long file name', 199],
];

test.each(ANSWERS)(
  '%s is answered in time and within its memory',
  async (attack, answer) => {
    const thread = new Worker(new URL('./attack-thread.ts', import.meta.url), {
      workerData: { attack },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const deadline = setTimeout(() => void thread.terminate(), DEADLINE_MS);
    try {
      const came = new Promise((resolve, reject) => {
        thread.once('message', resolve);
        thread.once('error', reject);
        thread.once('exit', () => reject(new Error(`no answer within ${DEADLINE_MS} ms`)));
      });
      expect(await came).toEqual(answer);
    } finally {
      clearTimeout(deadline);
      await thread.terminate();
    }
  },
  DEADLINE_MS + 10_000,
);
