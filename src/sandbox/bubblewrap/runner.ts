/**
 * The process that holds one bubblewrap sandbox: started detached, it outlives the worker that asked for it,
 * enforces the limits and leaves output and ending in the run's folder (S10), which is its current directory: the
 * folder is given another name when a warm sandbox is taken. usage: node runner.ts NAME (for who lists processes)
 */

import { identityOf } from '../processes.ts';
import { closeInherited } from './close-inherited.ts';
import { enforceOrder } from './enforce-order.ts';
import { holdSandbox } from './held-sandbox.ts';
import { readState, settle } from './run-folder.ts';
import { waitForOrder } from './wait-for-order.ts';

closeInherited();
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const box = readState('.', 'box.json');
// Whoever finds a folder without a runner starts one: only the first to write its name goes on.
if (box && settle('.', 'runner.json', identityOf(process.pid))) {
  const ahead = readState('.', 'order.json') === null;
  const held = holdSandbox(box, ahead);
  const order = await waitForOrder(box, held.closed, stop.signal);
  if (order) {
    settle('.', 'ending.json', await enforceOrder(box, held, order, stop.signal));
  } else {
    await held.kill();
    await held.closed; // Its folder is left to the one who released it, or to the reaper.
  }
  held.cgroup?.remove();
}
