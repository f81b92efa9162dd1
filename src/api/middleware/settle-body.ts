/**
 * A request that is answered before all of its body was read. What is left of it on the connection would be taken for
 * the next request, and a connection that is closed with bytes unread takes the answer with it. So a small rest is read
 * and thrown away; before a larger one the answer says that the connection ends, and what comes meanwhile is let in.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../dependencies.ts';

/** A rest of this size costs less than a new connection. */
const MOST_DRAINED_BYTES = 1_048_576;
/** How long the answer waits for the rest. */
const MOST_DRAINED_MS = 500;
/** How long, and for how much, a sender that has its answer may go on before it is cut off. */
const LINGER_MS = 5_000;
const LINGER_BYTES = 67_108_864;

/** Stands outside of everything that answers. */
export const settleBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  // Tests ask the app without a server.
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
  if (incoming === undefined || incoming.complete || incoming.destroyed) return;
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared <= MOST_DRAINED_BYTES && (await drained(incoming))) return;
  c.header('Connection', 'close');
  linger(incoming);
};

/** Whether the rest of the body came within the bounds. */
async function drained(incoming: IncomingMessage): Promise<boolean> {
  const settled = Promise.withResolvers<boolean>();
  const late = setTimeout(() => settled.resolve(false), MOST_DRAINED_MS);
  throwAway(incoming, MOST_DRAINED_BYTES, () => settled.resolve(false));
  const end = () => settled.resolve(incoming.complete);
  incoming.once('end', end).once('close', end);
  return await settled.promise.finally(() => {
    clearTimeout(late);
    incoming.off('end', end).off('close', end);
  });
}

/** Makes Node's end of this connection a slow one: the answer and FIN, and the sender's bytes still taken. */
function linger(incoming: IncomingMessage): void {
  const { socket } = incoming;
  throwAway(incoming, LINGER_BYTES, () => socket.destroy());
  socket.destroySoon = function lingering(this: Socket) {
    if (this.writableEnded) return;
    this.end();
    const late = setTimeout(() => this.destroy(), LINGER_MS);
    this.once('end', () => this.destroy()).once('close', () => clearTimeout(late));
  };
}

/** Whoever read the body reads it no more: they may have stopped in the middle, and would hold the rest back. */
function throwAway(incoming: IncomingMessage, mostBytes: number, onMore: () => void): void {
  let bytes = 0;
  incoming.removeAllListeners('data').on('error', () => {});
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) onMore();
  });
  incoming.resume();
}
