/** What stands before several apis on one machine: connection after connection goes to the next that takes one. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RoundRobin {
  port: number;
  close(): Promise<void>;
}

/**
 * Listens, and passes each connection on, whole, to one of the ports in turn; one that refuses is passed
 * over. Bytes are not looked at: WebSockets and event streams go through like everything else.
 * @param at port 0: a free one
 */
export async function startRoundRobin(
  targets: () => readonly number[],
  at: { host: string; port: number },
): Promise<RoundRobin> {
  const open = new Set<Socket>();
  let next = 0;

  /** A connection to the first that takes one. */
  async function reach(): Promise<Socket | undefined> {
    const ports = targets();
    for (let tries = 0; tries < ports.length; tries += 1) {
      const target = ports[next++ % ports.length];
      if (target === undefined) continue;
      const socket = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      const taken = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(() => false),
      ]).catch(() => false);
      if (taken) return socket;
    }
    return undefined;
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, async (client) => {
    open.add(client.on('close', () => open.delete(client)).on('error', () => client.destroy()));
    const api = await reach();
    if (api === undefined || client.destroyed) {
      api?.destroy();
      return client.destroy();
    }
    api.on('error', () => client.destroy());
    api.on('close', () => client.destroy());
    client.on('close', () => api.destroy());
    client.pipe(api);
    api.pipe(client);
  });
  server.listen(at);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
