/** A client's frames, one at a time and in order: what it said first is stored first. */

/** Frames that may wait before no more are read from the socket. */
const MOST_WAITING = 64;

export interface FrameQueue {
  push(text: string): void;
}

/** Makes a queue; `handle` must not throw. */
export function createFrameQueue(
  socket: { pause(): void; resume(): void },
  handle: (text: string) => Promise<void>,
): FrameQueue {
  const waiting: string[] = [];
  let busy = false;
  let paused = false;

  async function run(): Promise<void> {
    busy = true;
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      if (paused && waiting.length < MOST_WAITING / 2) {
        paused = false;
        socket.resume();
      }
      await handle(text);
    }
    busy = false;
  }

  return {
    push(text) {
      waiting.push(text);
      if (!paused && waiting.length >= MOST_WAITING) {
        paused = true;
        socket.pause();
      }
      if (!busy) void run();
    },
  };
}
