/**
 * A thread that ends its process where that holds more than it may: what a library unpacks outside of the heap has no other
 * bound, and keeps the main thread busy meanwhile (SR-H5). Whoever waits for the process sees that it died.
 */
import { workerData } from 'node:worker_threads';

const LOOK_MS = 20;
const { mostBytes } = workerData as { mostBytes: number };

setInterval(() => {
  if (process.memoryUsage.rss() > mostBytes) process.kill(process.pid, 'SIGKILL');
}, LOOK_MS);
