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
import { cursor, cursorOf, streamView } from './stream-view.ts';
import { takePlaces } from './take-places.ts';
import { openView } from './view.ts';

const events = createRoute({
  method: 'get',
  path: '/{id}/events',
  tags: ['conversation'],
  security: bearer,
  description: 'Resumes from Last-Event-ID, or from `after`; without either it begins with a snapshot.',
  request: {
    params: workParams,
    query: z.object({ after: cursor.optional(), ticket: z.string().max(MAX_TOKEN_CHARACTERS).optional() }),
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
    const after = cursorOf(c, c.req.valid('query').after);
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

    return streamView(deps, c, {
      ...{ view, snapshot: view.snapshot, openedBy: sessionId, leave },
      // The client comes back with a fresh token.
      endsInMs: expiresAt - Date.now(),
    });
  });

  return app;
}
