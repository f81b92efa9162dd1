/** The upgrade of /api/chat/ws/{work_id} to a WebSocket. */
import type { IncomingMessage } from 'node:http';
import { upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import { WebSocket, WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts';
import { ApiError } from '../api-error.ts';
import { clientNetwork } from '../auth/client-network.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { isAllowedOrigin } from './origin.ts';
import { type SocketSession, serveSocket } from './session.ts';

/** The server that makes WebSockets of upgraded connections. Larger frames close the socket with 1009. */
export function createSocketServer(): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
}

export function socketRoutes(deps: ApiDependencies): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(
    '/:workId',
    async (c, next) => {
      const [origin, host, forwardedHost] = ['Origin', 'Host', 'X-Forwarded-Host'].map((name) =>
        c.req.header(name),
      );
      if (!isAllowedOrigin(origin, host, forwardedHost)) {
        const remedy = 'a proxy before this process has to pass on the Host that it got (nginx: $http_host)';
        c.get('log').warn({ origin, host, forwardedHost }, `a socket of another page was refused: ${remedy}`);
        throw new ApiError('forbidden', 'This page may not open a socket here.');
      }
      await next();
    },
    upgradeWebSocket((c) => {
      const { incoming } = c.env as { incoming: IncomingMessage };
      const workId = (c.req.param('workId') ?? '').toLowerCase();
      const network = clientNetwork(c, deps.config.trustedProxies);
      let session: SocketSession | undefined;
      return {
        onOpen(_event, { raw }) {
          if (!(raw instanceof WebSocket)) throw new Error('upgraded by something else than ws');
          session = serveSocket(deps, raw, incoming.socket, { workId, network });
        },
        onMessage: ({ data }) => session?.receive(data),
        onClose: () => session?.closed(),
        // A broken frame or connection; its close follows.
        onError: (event) => deps.log.debug({ event: event.type, workId }, 'a socket failed'),
      };
    }),
  );
  return app;
}
