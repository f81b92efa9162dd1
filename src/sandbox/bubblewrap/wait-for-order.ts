/** What a runner does until it is told what to run: nothing for most, which are told at once (S12). */
import { existsSync, watch } from 'node:fs';
import { isRunning } from '../processes.ts';
import { WARM_FOR_MS } from '../warm-pool.ts';
import { type Box, isOrder, type Order, readState, settle } from './run-folder.ts';

/** Also finds what a file watch misses on some file systems, and that the one who prepared it has died. */
const LOOK_EVERY_MS = 500;

/**
 * Resolves with the order in the current directory, or with null once it is certain that none will come: the
 * sandbox was released, its time was up, its creator died, or it ended by itself.
 */
export async function waitForOrder(
  box: Box,
  closed: Promise<unknown>,
  stop: AbortSignal,
): Promise<Order | null> {
  if (readState('.', 'order.json') === null) {
    await orderOrReasonToEnd(box, closed, stop);
    if (!existsSync('box.json')) return null;
    settle('.', 'order.json', { dismissed: true }); // Writes nothing when an order was faster.
  }
  const order = readState('.', 'order.json');
  return order && isOrder(order) ? order : null;
}

function orderOrReasonToEnd(box: Box, closed: Promise<unknown>, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      watcher.close();
      clearInterval(looking);
      clearTimeout(limit);
      resolve();
    };
    const look = () => {
      // Whoever releases it removes the folder right after: the order may be gone again before it was seen.
      if (readState('.', 'order.json') !== null || !existsSync('box.json')) finish();
    };
    const watcher = watch('.', look);
    const looking = setInterval(() => (isRunning(box.creator) ? look() : finish()), LOOK_EVERY_MS);
    const limit = setTimeout(finish, WARM_FOR_MS);
    stop.addEventListener('abort', finish);
    closed.then(finish);
    look();
  });
}
