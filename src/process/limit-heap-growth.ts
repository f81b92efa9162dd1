import { setFlagsFromString } from 'node:v8';

/**
 * From here on the heap is collected when it has grown by 30 %. Where a machine has much memory V8 lets a heap grow
 * to a multiple of what is in use, and gives pages that it has once taken back to nobody (docs/benchmarks.md,
 * "Memory"). To be called once a process is up: while it starts, all that it loads stays, and collecting that again
 * and again makes a start a tenth longer (B7).
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=30');
}
