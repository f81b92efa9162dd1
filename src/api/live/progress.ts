/** One policy for all who read: what counts is that they take something, not how fast. */
import type { Socket } from 'node:net';
import { TooSlow } from './pump.ts';

/**
 * Bytes given to a socket that the network has not taken yet. Of a write under way Node's streams count all of it until
 * its end; how much is still to go is known to the handle alone, which Node's own socket timeout goes by as well.
 */
export function unsentBytes(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize?: number } | null };
  return socket.writableLength + (handle?.writeQueueSize ?? 0);
}

/**
 * Waits until the reader is `ready` for more.
 * @param waiting bytes that wait for the reader
 * @throws TooSlow when these have not become fewer for `patienceMs`
 */
export async function whileItTakes(
  ready: Promise<void>,
  waiting: () => number,
  patienceMs: number,
): Promise<void> {
  let before = waiting();
  let watching: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    watching = setInterval(() => {
      const now = waiting();
      if (now >= before) reject(new TooSlow('the reader takes nothing'));
      before = now;
    }, patienceMs);
  });
  await Promise.race([ready, stuck]).finally(() => clearInterval(watching));
}
