/** A proxy as companies have one: it connects to registries, and says to which. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

export interface RegistryProxy {
  /** The hosts that it was asked for. */
  hosts: Set<string>;
  close(): void;
}

/** Listens on a Unix socket. */
export async function startProxy(socket: string): Promise<RegistryProxy> {
  const hosts = new Set<string>();
  const server = createServer((_, answer) => answer.writeHead(405).end());
  server.on('connect', ({ url = '' }, client) => {
    const [host = '', port = '443'] = url.split(':');
    hosts.add(host);
    const origin = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      origin.pipe(client).pipe(origin);
    });
    for (const end of [origin, client]) end.on('error', () => void [origin.destroy(), client.destroy()]);
  });
  server.listen(socket);
  await once(server, 'listening');
  return { hosts, close: () => void server.close().closeAllConnections() };
}
