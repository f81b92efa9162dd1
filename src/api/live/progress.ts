/** One policy for all who read, over sockets, event streams and downloads: what counts is that they take something. */
import type { Socket } from 'node:net';
import { inodeOf, unacknowledgedBytes } from './unacknowledged.ts';

/** How often the readers are looked at in the time that one may take nothing. */
const LOOKS = 4;

/** A socket's handle, of Node's internals: Node's own socket timeout reads the same fields. */
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

/** All who read from this process. */
export interface Readers {
  /**
   * Watches whether a reader takes something of what waits for it, here or in the kernel. `onStuck` is called once it
   * took nothing for the time allowed, and no later than a quarter of that afterwards. Gives what ends the watch.
   */
  watch(socket: Socket, onStuck: () => void): () => void;
  /** Ends all watching. */
  close(): void;
}

interface Reader {
  readonly socket: Socket;
  readonly onStuck: () => void;
  /** Its name in the kernel's tables, once it was looked for. */
  inode: string | undefined;
  /** What the kernel last said that the other side has not acknowledged. */
  unacknowledged: number;
  /** The most that it was seen to have. */
  has: number;
  stuckLooks: number;
}

/** @param timeoutMs how long a reader may take nothing of what waits for it */
export function watchReaders(timeoutMs: number, onTrouble: (error: unknown) => void): Readers {
  const readers = new Set<Reader>();
  let looking = false;

  async function look(): Promise<void> {
    // Read before the kernel is asked, so that what is written in between counts as not taken, and never as taken.
    const taken = new Map([...readers].map((reader) => [reader, takenBytes(reader.socket)]));
    const inodes = new Set<string>();
    for (const reader of readers) {
      reader.inode ??= inodeOf(reader.socket);
      if (reader.inode !== undefined) inodes.add(reader.inode);
    }
    const unacknowledged = await unacknowledgedBytes(inodes);
    for (const [reader, bytes] of taken) {
      if (!readers.has(reader)) continue;
      reader.unacknowledged = unacknowledged.get(reader.inode ?? '') ?? reader.unacknowledged;
      judge(reader, bytes - reader.unacknowledged);
    }
  }

  function judge(reader: Reader, has: number): void {
    const waits = reader.socket.writableLength > 0 || reader.unacknowledged > 0;
    reader.stuckLooks = waits && has <= reader.has ? reader.stuckLooks + 1 : 0;
    reader.has = Math.max(reader.has, has);
    if (reader.stuckLooks < LOOKS) return;
    readers.delete(reader);
    reader.onStuck();
  }

  const looks = setInterval(() => {
    if (looking || readers.size === 0) return;
    looking = true;
    look()
      .catch(onTrouble)
      .finally(() => {
        looking = false;
      });
  }, timeoutMs / LOOKS);

  return {
    watch(socket, onStuck) {
      const reader: Reader = {
        ...{ socket, onStuck, inode: undefined, unacknowledged: 0 },
        // The first look comes before a whole interval has passed, and does not count.
        ...{ has: takenBytes(socket), stuckLooks: -1 },
      };
      readers.add(reader);
      return () => readers.delete(reader);
    },
    close: () => clearInterval(looks),
  };
}
