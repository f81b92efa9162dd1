import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { type RoundRobin, startRoundRobin } from '../../../src/supervisor/round-robin.ts';

const servers: Server[] = [];
let proxy: RoundRobin | undefined;

afterEach(async () => {
  await proxy?.close();
  for (const server of servers.splice(0)) server.close();
});

/** A server that tells its name and then repeats what it hears. */
async function named(name: string): Promise<number> {
  const server = createServer((socket) => {
    socket.write(`${name}:`);
    socket.pipe(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, said: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(said);
  return await text(socket);
}

test('F19: connection after connection goes to the next, and each direction ends by itself', async () => {
  const ports = [await named('one'), await named('two')];
  proxy = await startRoundRobin(() => ports, { host: '127.0.0.1', port: 0 });
  const answers = [await ask(proxy.port, 'a'), await ask(proxy.port, 'b'), await ask(proxy.port, 'c')];
  expect(answers).toEqual(['one:a', 'two:b', 'one:c']);
});

test('F19: one that refuses is passed over, and one that comes is used', async () => {
  const gone = await named('gone');
  const [server] = servers.splice(0);
  await new Promise((resolve) => server?.close(resolve));
  const ports = [gone, await named('here')];
  proxy = await startRoundRobin(() => ports, { host: '127.0.0.1', port: 0 });
  expect([await ask(proxy.port, 'a'), await ask(proxy.port, 'b')]).toEqual(['here:a', 'here:b']);
  ports[0] = await named('new');
  const answers = [await ask(proxy.port, 'c'), await ask(proxy.port, 'd')];
  expect(answers.sort()).toEqual(['here:d', 'new:c']);
});

test('F19: where none is there the connection is closed, not kept waiting', async () => {
  proxy = await startRoundRobin(() => [], { host: '127.0.0.1', port: 0 });
  await expect(ask(proxy.port, 'a').catch(() => '')).resolves.toBe('');
});
