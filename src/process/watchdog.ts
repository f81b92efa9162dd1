/**
 * Ends this process when its main thread stands still, or its memory is all but used up: what it was at is then
 * counted (SR-C1), and everybody else's work goes on in the next process.
 */
import inspector from 'node:inspector';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';

/** What the watching thread is given. */
export interface Watched {
  /** One number: how often the main thread has come round. */
  turns: SharedArrayBuffer;
  /** Bytes of the process beyond which it is ended. */
  memoryLimit: number;
  /** For its last line in the log. */
  role: string;
  /** Whose crash it would be, and the database that is told; absent: the process holds no claims. */
  crash?: { workerId: string; databaseUrl: string };
}

const TURN_MS = 250;

/** What a process may hold beside its heap, which V8 bounds by itself: buffers, threads, native code. */
const BESIDE_HEAP_BYTES = 1024 ** 3;

/** The part of a container's memory at which the kernel would soon choose what to kill. */
const PART_OF_CONTAINER = 0.9;

/** Watches this process until it ends. Not while somebody debugs it: a breakpoint stands still as well. */
export function startWatchdog(of: Pick<Watched, 'role' | 'crash'>): void {
  if (inspector.url() !== undefined) return;
  const turns = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const counter = new Int32Array(turns);
  setInterval(() => Atomics.add(counter, 0, 1), TURN_MS).unref();
  const workerData: Watched = { ...of, turns, memoryLimit: memoryLimit() };
  new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData }).unref();
}

function memoryLimit(): number {
  const ofHeap = getHeapStatistics().heap_size_limit + BESIDE_HEAP_BYTES;
  // Without a container it is 0, or a number beyond all memory.
  const ofContainer = process.constrainedMemory();
  const isBounded = ofContainer > 0 && ofContainer < totalmem();
  return isBounded ? Math.min(ofHeap, ofContainer * PART_OF_CONTAINER) : ofHeap;
}
