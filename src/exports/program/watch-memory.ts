/** Ends the program when it takes more memory than it may: WebAssembly and typst are outside what Node can bound. */
import { writeSync } from 'node:fs';
import { MOST_MEMORY_BYTES } from '../job.ts';

const LOOK_EVERY_MS = 25;

setInterval(() => {
  if (process.memoryUsage.rss() < MOST_MEMORY_BYTES) return;
  writeSync(2, 'out of memory\n');
  process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
