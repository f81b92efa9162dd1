/**
 * `node --import=file:///…/src/bundle/run.mjs src/main/worker.ts` runs the worker from its bundle where there is one of
 * these very sources, and from the sources where there is none: its command line names its role either way.
 */
import { isMainThread } from 'node:worker_threads';

// Threads are started with the flags of their process: what they run is not redirected.
if (isMainThread) await (await import('./redirect.mjs')).runBundled();
