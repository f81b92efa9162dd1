/** A model server that means harm (SR-H7): it writes what it likes to the bare socket, as fast as it is read. */
import { createServer, type Socket } from 'node:net';

export interface EvilModel {
  url: string;
  /** Bytes that were written, to all its callers. */
  written(): number;
  /** How often it was called. */
  calls(): number;
  close(): Promise<void>;
}

/** `chunks` is what each caller gets, status line and all; it may have no end. */
export async function startEvilModel(chunks: () => Iterable<string>): Promise<EvilModel> {
  const sockets = new Set<Socket>();
  let written = 0;
  let calls = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The caller hangs up in the middle of it: that is what is tested.
    socket.on('error', () => undefined);
    socket.once('data', () => {
      calls += 1;
      void flood(socket);
    });
  });
  async function flood(socket: Socket): Promise<void> {
    for (const chunk of chunks()) {
      if (socket.destroyed) return;
      written += chunk.length;
      if (!socket.write(chunk)) await drained(socket);
    }
    socket.end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    written: () => written,
    calls: () => calls,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}

/** A chunk of a chat completion stream, as an event. */
export function event(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

export const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';
export const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n';

/** `head`, and then `piece` without end. */
export function* endless(head: string, piece: string): Generator<string> {
  yield head;
  for (;;) yield piece;
}
