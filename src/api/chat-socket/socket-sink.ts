/** A WebSocket as a place where frames go, that says when its reader is behind. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Sink } from '../live/pump.ts';

/** Bytes that may wait in this process for a reader before it is given nothing more. */
const MOST_WAITING = 262_144;

export function createSocketSink(ws: WebSocket, socket: Socket): Sink {
  return {
    send(frames) {
      if (ws.readyState !== ws.OPEN) return undefined;
      // One write for all of them: each frame would be a system call of its own.
      socket.cork();
      for (const { text } of frames) ws.send(text);
      socket.uncork();
      return readerBehind(ws, socket);
    },
  };
}

/** A promise where more waits for the reader than this process holds: it resolves when nothing waits, or nobody does. */
export function readerBehind(ws: WebSocket, socket: Socket): Promise<void> | undefined {
  return ws.bufferedAmount > MOST_WAITING ? drained(socket) : undefined;
}

async function drained(socket: Socket): Promise<void> {
  const settled = Promise.withResolvers<void>();
  const done = () => settled.resolve();
  socket.on('drain', done).on('close', done);
  await settled.promise.finally(() => socket.off('drain', done).off('close', done));
}
