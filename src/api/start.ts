/** One API process: the app, its socket server and its live log, from the first connection to the last. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import { learnedStore } from '../db/learned-facts.ts';
import { openModelConnection } from '../llm/connection.ts';
import { createLearning } from '../llm/profiles/learning.ts';
import { createToolServerConnection } from '../tool-servers/connection.ts';
import type { Tracer } from '../tracing/spans.ts';
import { createWebhookSender } from '../webhooks/send.ts';
import { createApp } from './app.ts';
import { createIdentityProvider } from './auth/identity-provider.ts';
import { createOpenSessions } from './auth/open-sessions.ts';
import { createPasswords } from './auth/passwords.ts';
import { createTokens } from './auth/tokens.ts';
import { usableKeys } from './auth/usable-key.ts';
import { createSocketServer } from './chat-socket/routes.ts';
import type { ApiConfig } from './dependencies.ts';
import { type LiveLog, openLiveLog } from './live/live-log.ts';
import { createPlaces, READERS_OF_SHARE } from './live/places.ts';
import { watchReaders } from './live/progress.ts';
import { createViewers } from './live/viewers.ts';
import type { Log } from './log.ts';
import { createApiMetrics } from './metrics/api-metrics.ts';

/** How long clients may take to hang up after they were told that the server goes. */
const FAREWELL_MS = 2_000;

/** A connection that is silent for so long is asked whether it is there; the kernel asks ten times, each second. */
const ASK_AFTER_MS = 15_000;

export interface ApiOptions {
  db: Database;
  /** Without a pooler: for the session that listens. */
  databaseDirectUrl: string;
  temporal: Client;
  config: ApiConfig;
  /** Undefined: nobody collects traces. */
  tracer: Tracer | undefined;
  log: Log;
  /** Absolute path of PA_DATA. */
  dataDir: string;
  host: string;
  /** 0: a free one. */
  port: number;
}

export interface RunningApi {
  /** Where it listens: http://host:port */
  url: string;
  live: Pick<LiveLog, 'counts' | 'connected'>;
  /** Takes no more, tells everybody who is connected, answers what was asked, and ends. */
  close(): Promise<void>;
}

/** Starts the API. @throws where the port is taken or the database does not answer */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { db, databaseDirectUrl, temporal, config, tracer, log, dataDir, host, port } = options;
  const passwords = await createPasswords();
  const metrics = createApiMetrics();
  const sessions = createOpenSessions(db);
  const live = await openLiveLog({
    databaseUrl: databaseDirectUrl,
    log,
    sessions: sessions.news,
    onLag: metrics.logLag,
  });
  const viewers = createViewers();
  const readers = watchReaders(config.readerTimeoutMs, (err) =>
    log.warn({ err }, 'what readers have taken could not be looked at'),
  );
  const openStreams = {
    ofPerson: createPlaces(config.openStreams.perPerson),
    ofNetwork: createPlaces(config.openStreams.perNetwork),
    ofShare: createPlaces(READERS_OF_SHARE),
  };
  const tokens = createTokens(config.jwtSecret, sessions, usableKeys(db, config.rateKeyRequestsPerMinute));
  const modelConnection = openModelConnection({
    allowHost: config.allowModelHost,
    learning: createLearning(learnedStore(db), (error) =>
      log.warn({ error: String(error) }, 'what a model server refused could not be kept'),
    ),
  });
  const webhookSender = createWebhookSender({ allowHost: config.allowWebhookHost });
  const toolServers = createToolServerConnection({ allowHost: config.allowToolServerHost });
  const provider = config.provider && createIdentityProvider(config.provider);
  const app = createApp({
    ...{ db, temporal, config, log, dataDir, live, viewers, readers, openStreams, sessions },
    ...{ tokens, passwords, provider, modelConnection, webhookSender, toolServers, metrics, tracer },
  });
  const sockets = createSocketServer();
  metrics.observe(() => ({
    sockets: sockets.clients.size,
    viewers: live.counts.followers,
    logReads: live.counts.reads,
    logFrames: live.counts.frames,
  }));
  // ws' options may be undefined where the adapter's type wants them absent: the same thing at run time.
  const websocket = { server: sockets as unknown as WebSocketServerLike };
  // Who is gone without a word is found where nothing is on its way to them; else by `readers`.
  const serverOptions = { keepAlive: true, keepAliveInitialDelay: ASK_AFTER_MS };
  const server = createAdaptorServer({ fetch: app.fetch, websocket, serverOptions }) as Server;

  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    readers.close();
    await live.close();
    throw error;
  }
  const { port: bound } = server.address() as AddressInfo;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    live,
    async close() {
      const closed = once(server, 'close');
      server.close();
      viewers.endAll();
      // A connection whose answer has just ended would otherwise be kept for a next request.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => {
        for (const ws of sockets.clients) ws.terminate();
        server.closeAllConnections();
      }, FAREWELL_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
      readers.close();
      provider?.close();
      modelConnection.close();
      webhookSender.close();
      await toolServers.close();
      await live.close();
    },
  };
}
