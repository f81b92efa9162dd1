/** The live stream as server-sent events: the same events and the same snapshot as on the socket. */
import { createRoute } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { onBehalfOf } from '../../db/askers.ts';
import { MAX_TOKEN_CHARACTERS } from '../../protocol/limits.ts';
import { notFound } from '../api-error.ts';
import { clientNetwork } from '../auth/client-network.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { requireUser } from '../middleware/require-user.ts';
import { bearer, errors, workParams } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { createSseStream } from './event-stream.ts';
import { COMMENT_MS, sseAnswer } from './sse-answer.ts';
import { takePlaces } from './take-places.ts';
import { openView } from './view.ts';

const seq = z.coerce.number().int().nonnegative();

const events = createRoute({
  method: 'get',
  path: '/{id}/events',
  tags: ['conversation'],
  security: bearer,
  description: 'Resumes from Last-Event-ID, or from `after`; without either it begins with a snapshot.',
  request: {
    params: workParams,
    query: z.object({ after: seq.optional(), ticket: z.string().max(MAX_TOKEN_CHARACTERS).optional() }),
  },
  responses: {
    200: { description: 'events', content: { 'text/event-stream': { schema: z.string() } } },
    ...errors(400, 401, 404, 429),
  },
});

/** Lets a ticket stand in for the Authorization header, on this route alone. */
export function ticketOrUser(tokens: ApiDependencies['tokens']): MiddlewareHandler<ApiEnv> {
  const needsUser = requireUser(tokens);
  return async (c, next) => {
    const ticket = c.req.query('ticket');
    const identity = ticket ? await tokens.verifyTicket(ticket) : undefined;
    if (identity === undefined) return await needsUser(c, next);
    c.set('identity', identity);
    await onBehalfOf(identity.userId, next);
  };
}

export function eventRoutes(deps: ApiDependencies): Router {
  const app = createRouter();
  app.openapi(events, async (c) => {
    const { userId: ownerId, sessionId, expiresAt } = c.get('identity');
    const resumed = seq.safeParse(c.req.header('Last-Event-ID') || undefined);
    const after = resumed.success ? resumed.data : c.req.valid('query').after;
    const workId = c.req.valid('param').id;
    const leave = takePlaces(deps.openStreams, ownerId, clientNetwork(c, deps.config.trustedProxies));
    const view = await openView(deps, { workId, ownerId, after }).catch((error: unknown) => {
      leave();
      throw error;
    });
    if (view === undefined) {
      leave();
      throw notFound('Work');
    }

    const stream = createSseStream(end);
    const { snapshot } = view;
    if (snapshot) {
      const data = JSON.stringify({ type: 'snapshot', ...snapshot });
      stream.write({ id: snapshot.seq, event: 'snapshot', data });
    } else {
      stream.comment();
    }
    const stop = view.start(stream.sink, { gone: end, failure: end });
    const forget = deps.viewers.add(end);
    const unwatch = deps.sessions.watch(sessionId, end);
    const alive = setInterval(() => stream.comment(), COMMENT_MS);
    // The client comes back with its cursor and a fresh token.
    const expiry = setTimeout(end, expiresAt - Date.now());

    function end(): void {
      clearInterval(alive);
      clearTimeout(expiry);
      forget();
      unwatch();
      leave();
      stop();
      stream.end();
    }

    return sseAnswer(c, stream.body);
  });

  return app;
}
