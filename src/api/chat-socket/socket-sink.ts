/** A WebSocket as a place where frames go, that says when its reader is behind. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { unsentBytes, whileItTakes } from '../live/progress.ts';
import type { Sink } from '../live/pump.ts';

/** Bytes that may wait in this process for a reader before it is given nothing more. */
const MOST_WAITING = 262_144;

/** `patienceMs`: how long a reader may take nothing of what waits for it. */
export function createSocketSink(ws: WebSocket, socket: Socket, patienceMs: number): Sink {
  return {
    send(frames) {
      if (ws.readyState !== ws.OPEN) return undefined;
      // One write for all of them: each frame would be a system call of its own.
      socket.cork();
      for (const { text } of frames) ws.send(text);
      socket.uncork();
      return readerBehind(ws, socket, patienceMs);
    },
  };
}

/**
 * A promise where more waits for the reader than this process holds: it resolves when nothing waits any more.
 * @throws (rejects) TooSlow when the reader takes nothing for `patienceMs`
 */
export function readerBehind(ws: WebSocket, socket: Socket, patienceMs: number): Promise<void> | undefined {
  return ws.bufferedAmount > MOST_WAITING ? drained(ws, socket, patienceMs) : undefined;
}

/** Resolves when nothing waits any more, or nobody is there to wait for. */
async function drained(ws: WebSocket, socket: Socket, patienceMs: number): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const done = () => ready.resolve();
  socket.on('drain', done).on('close', done);
  const waiting = () => ws.bufferedAmount - socket.writableLength + unsentBytes(socket);
  await whileItTakes(ready.promise, waiting, patienceMs).finally(() =>
    socket.off('drain', done).off('close', done),
  );
}
