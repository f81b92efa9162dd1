/** One policy for all who read, over sockets, event streams and downloads: what counts is that they take something. */
import type { Socket } from 'node:net';

/** Looks at a reader in the time that it may take nothing. */
const LOOKS = 4;

/** Of Node's internals; its own socket timeout goes by the same. */
interface Handle {
  /** Bytes given to the network since the connection was made… */
  bytesWritten: number;
  /** …and how many of these it has not taken yet. */
  writeQueueSize: number;
}

/**
 * Bytes that the network has taken since the connection was made. Of a write under way Node's streams count all until
 * its end; how far it has come is known to the handle alone.
 */
export function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: Handle | null };
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}

/**
 * Watches whether a reader takes something of what waits for it. `onStuck` is called once it took nothing for
 * `timeoutMs`, and no later than a quarter of that afterwards. Gives what ends the watch.
 */
export function watchReader(socket: Socket, timeoutMs: number, onStuck: () => void): () => void {
  let taken = takenBytes(socket);
  let stuckLooks = 0;
  const watching = setInterval(() => {
    const before = taken;
    taken = takenBytes(socket);
    stuckLooks = socket.writableLength > 0 && taken <= before ? stuckLooks + 1 : 0;
    if (stuckLooks < LOOKS) return;
    clearInterval(watching);
    onStuck();
  }, timeoutMs / LOOKS);
  return () => clearInterval(watching);
}
