/** A worker's small HTTP server: `GET /metrics`, its own and those of Temporal's SDK. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mayReadMetrics } from '../metrics/access.ts';
import { mergeExpositions } from '../metrics/exposition.ts';

export interface MetricsServer {
  close(): Promise<void>;
}

/** How long Temporal's SDK may take to answer in its own process. */
const SDK_MS = 2_000;

/** Listens on loopback; with a token, everywhere. @throws where the port is taken */
export async function serveWorkerMetrics(options: {
  port: number;
  token: string | undefined;
  text: () => Promise<string>;
  /** Where Temporal's SDK serves its own. */
  sdkUrl: string;
  onError: (error: unknown) => void;
}): Promise<MetricsServer> {
  const { port, token, text, sdkUrl, onError } = options;

  async function whole(): Promise<string> {
    const [own, sdk] = await Promise.all([
      text(),
      fetch(sdkUrl, { signal: AbortSignal.timeout(SDK_MS) })
        .then((answer) => answer.text())
        .catch((error: unknown) => {
          onError(error);
          return '';
        }),
    ]);
    return mergeExpositions([own, sdk]);
  }

  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end();
    } else if (!mayReadMetrics(request.headers, request.socket.remoteAddress, token)) {
      response.writeHead(403).end();
    } else {
      whole().then(
        (body) =>
          response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body),
        (error: unknown) => {
          onError(error);
          response.writeHead(500).end();
        },
      );
    }
  });
  server.listen(port, token === undefined ? '127.0.0.1' : undefined);
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
