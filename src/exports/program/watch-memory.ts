/** Ends the program when it takes more memory than it may: WebAssembly and typst are outside what Node can bound. */
import { writeSync } from 'node:fs';

/** A paper of nine pages with six figures takes half of it. */
const MOST_BYTES = 1024 ** 3;
const LOOK_EVERY_MS = 25;

setInterval(() => {
  if (process.memoryUsage.rss() < MOST_BYTES) return;
  writeSync(2, 'out of memory\n');
  process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
