/**
 * Whoever takes nothing of their answer is given up with it: a file or an event stream that waits for a reader behind a
 * way that carries nothing would hold its memory for as long as the kernel's timers run, a quarter of an hour and more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../dependencies.ts';
import type { Readers } from '../live/progress.ts';

export function giveUpStuck(readers: Readers): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    // Tests ask the app without a server; a socket watches over itself.
    const { incoming, outgoing } = (c.env ?? {}) as { incoming?: IncomingMessage; outgoing?: ServerResponse };
    if (incoming !== undefined && outgoing !== undefined) {
      const { socket } = incoming;
      outgoing.once(
        'close',
        readers.watch(socket, () => socket.resetAndDestroy()),
      );
    }
    await next();
  };
}
