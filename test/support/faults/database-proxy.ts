/** A way to a server that loses answers, or carries nothing: what was committed is committed, and nobody hears of it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface DatabaseProxy {
  /** The database's URL by this way. */
  url: string;
  /** From now on nothing that Postgres says gets through. */
  loseAnswers(): void;
  /** From now on the connections that are there carry nothing, either way, and stay open; new ones work. */
  goSilent(): void;
  /** Breaks all connections; new ones work again. */
  breakConnections(): void;
  close(): Promise<void>;
}

export async function openDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  let losing = false;
  const pairs = new Set<[Socket, Socket]>();
  const silent = new WeakSet<[Socket, Socket]>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true });
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    const end = () => {
      // A firewall tells neither side that the other is gone.
      if (silent.has(pair)) return;
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('end', end).on('close', end);
    client.on('data', (bytes) => {
      if (!silent.has(pair)) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!losing && !silent.has(pair)) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakConnections = () => {
    losing = false;
    for (const [client, upstream] of [...pairs]) {
      client.destroy();
      upstream.destroy();
    }
  };
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    loseAnswers() {
      losing = true;
    },
    goSilent() {
      // What is not read is not acknowledged either, once the kernels' buffers are full.
      for (const pair of pairs) {
        silent.add(pair);
        for (const socket of pair) socket.pause();
      }
    },
    breakConnections,
    async close() {
      server.close();
      breakConnections();
      await once(server, 'close');
    },
  };
}
