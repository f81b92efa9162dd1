/** In a machine's network, where nothing else answers: port 3128 leads to the proxy's Unix socket (`relay.mjs SOCKET`). */
import { connect, createServer } from 'node:net';

const [socket] = process.argv.slice(2);
createServer((client) => {
  const proxy = connect(socket);
  client.pipe(proxy).pipe(client);
  for (const each of [client, proxy]) each.on('error', () => void [client.destroy(), proxy.destroy()]);
}).listen(3128, '127.0.0.1');
