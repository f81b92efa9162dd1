/** Machines behind a proxy: HTTP_PROXY, HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { proxyFor, useProxies } from '../../../src/network/agents.ts';
import { download } from '../../../src/network/download.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { testWith } from '../../support/needs.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);
const NONE = { http_proxy: '', https_proxy: '', all_proxy: '', no_proxy: '' };
const before = { ...process.env };

/** Exactly these proxies count. */
function set(variables: Record<string, string>): void {
  for (const name of Object.keys(NONE)) delete process.env[name.toUpperCase()];
  useProxies({ ...NONE, ...variables });
}

afterEach(() => {
  for (const name of Object.keys(NONE))
    for (const spelt of [name, name.toUpperCase()])
      if (before[spelt] === undefined) delete process.env[spelt];
      else process.env[spelt] = before[spelt];
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A proxy that knows no names but leads everything to one port of this machine; `asked` has what it was asked for. */
async function startProxy(target: number) {
  const asked: string[] = [];
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { pathname } = new URL(incoming.url ?? '');
    request({ host: '127.0.0.1', port: target, path: pathname }, (from) => {
      answer.writeHead(from.statusCode ?? 0, from.headers);
      from.pipe(answer);
    }).end();
  });
  server.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    const upstream = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) end.on('error', () => {});
  });
  const port = await listening(server);
  return { asked, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

test('a download goes by HTTP_PROXY, redirects too', async () => {
  const origin = createServer(({ url }, answer) => {
    if (url === '/old') answer.writeHead(302, { location: 'http://files.example.org/new' }).end();
    else answer.end('what was asked for');
  });
  const proxy = await startProxy(await listening(origin));
  try {
    set({ http_proxy: proxy.url });
    expect(await text(await download(new URL('http://releases.example.org/old'), 5_000))).toBe(
      'what was asked for',
    );
    expect(proxy.asked).toEqual(['GET http://releases.example.org/old', 'GET http://files.example.org/new']);
  } finally {
    proxy.close();
    origin.close();
  }
});

testWith('openssl')(
  'over TLS by HTTPS_PROXY, with the authority that NODE_EXTRA_CA_CERTS names and not without it',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const { key, certificate, authorityFile } = await makeCertificate(folder, 'releases.example.org');
      const origin = createSecureServer({ key, cert: certificate }, (_, answer) => answer.end('over TLS'));
      const proxy = await startProxy(await listening(origin));
      const module = fileURLToPath(new URL('../../../src/network/download.ts', import.meta.url));
      const script = `
      const { download } = await import(${JSON.stringify(module)});
      for await (const chunk of await download(new URL('https://releases.example.org/x'), 5000)) process.stdout.write(chunk);`;
      const ask = (more: Record<string, string>) =>
        run(process.execPath, ['--input-type=module', '-e', script], {
          env: { PATH: process.env.PATH ?? '', HTTPS_PROXY: proxy.url, ...more },
        });
      try {
        const { stdout } = await ask({ NODE_EXTRA_CA_CERTS: authorityFile });
        expect(stdout).toBe('over TLS');
        expect(proxy.asked).toEqual(['CONNECT releases.example.org:443']);
        await expect(ask({})).rejects.toThrow(/certificate/);
      } finally {
        proxy.close();
        origin.close();
      }
    });
  },
);

test('hosts of NO_PROXY, and this machine itself, are reached straight', () => {
  set({
    http_proxy: 'http://proxy:3128',
    https_proxy: 'http://proxy:3128',
    no_proxy: '.corp.example,10.0.0.1',
  });
  const way = (url: string) => proxyFor(new URL(url))?.host ?? 'straight';
  expect(way('https://api.example.org/v1')).toBe('proxy:3128');
  expect(way('https://models.corp.example/v1')).toBe('straight');
  for (const here of ['http://10.0.0.1:8000', 'http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1'])
    expect(way(here)).toBe('straight');
});

test('a proxy that is away is named in the reason, without its password', async () => {
  set({ http_proxy: 'http://user:secret@127.0.0.1:1' });
  const failed = download(new URL('http://releases.example.org/'), 5_000);
  await expect(failed).rejects.toThrow(/by the proxy 127\.0\.0\.1:1/);
  await expect(failed).rejects.not.toThrow(/secret/);
});
