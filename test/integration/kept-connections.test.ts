/** An answer before the end of a body: the connection stays usable, or the answer says that it ends, and arrives. */
import { randomUUID } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WORKSPACE_BYTES } from '../../src/domain/workspace-limits.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { testWith } from '../support/needs.ts';
import { startNginx } from '../support/nginx.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

/** A rest that is drained, and one that is not. */
const SIZES = { small: 200_000, large: 12_000_000 };

let api: TestApi;
let token: string;
let work: string;
/** A Work that has as many bytes as it may. */
let full: string;

beforeAll(async () => {
  api = await startTestApi({
    isOwnHost: (host) => host !== 'elsewhere',
    openStreams: { perPerson: 0, perNetwork: 100 },
  });
  ({ accessToken: token } = await api.guest());
  work = await api.newWork(token);
  full = await api.newWork(token);
  await api.request(token, 'PUT', `/api/works/${work}/files/folder/a.txt`, 'a');
  const big = path.join(api.dataDir, 'workspaces', full, 'big.bin');
  await writeFile(big, '');
  await truncate(big, WORKSPACE_BYTES);
});

afterAll(() => api.close());

interface Refused {
  status: number;
  method: string;
  path: () => string;
  headers?: () => Record<string, string>;
}

const bearer = () => ({ authorization: `Bearer ${token}` });
const json = { 'content-type': 'application/json' };

/** Each status that ends a body early; 411 is never asked for here: a body without a length is chunked. */
const REFUSED: Refused[] = [
  { status: 401, method: 'POST', path: () => '/api/works', headers: () => json },
  { status: 404, method: 'POST', path: () => '/api/nowhere' },
  {
    status: 404,
    method: 'POST',
    path: () => `/api/works/${randomUUID()}/files`,
    headers: () => ({ ...bearer(), 'content-type': 'multipart/form-data; boundary=x' }),
  },
  {
    status: 415,
    method: 'POST',
    path: () => `/api/works/${work}/files`,
    headers: () => ({ ...bearer(), 'content-type': 'text/plain' }),
  },
  {
    status: 400,
    method: 'POST',
    path: () => `/api/works/${work}/files`,
    headers: () => ({ ...bearer(), 'content-type': 'multipart/form-data; nothing=x' }),
  },
  { status: 400, method: 'PUT', path: () => `/api/works/${work}/files/a%00b`, headers: bearer },
  { status: 400, method: 'POST', path: () => '/api/works', headers: () => ({ ...bearer(), ...json }) },
  {
    status: 403,
    method: 'PUT',
    path: () => `/api/works/${work}/files/a.txt`,
    headers: () => ({ ...bearer(), host: 'elsewhere' }),
  },
  { status: 409, method: 'PUT', path: () => `/api/works/${work}/files/folder`, headers: bearer },
  { status: 429, method: 'GET', path: () => `/api/works/${work}/events`, headers: bearer },
  { status: 507, method: 'PUT', path: () => `/api/works/${full}/files/more.bin`, headers: bearer },
];

/** What comes back on one connection when a request, its whole body and a second request are written to it. */
async function exchange(refused: Refused, size: number, chunked: boolean) {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  const over = Promise.withResolvers<string>();
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    // The second answer is there with its body.
    if (/HTTP\/1\.1 200 .*\}$/s.test(text)) over.resolve('second answer');
  });
  socket.on('end', () => over.resolve('end')).on('error', (error) => over.resolve(error.message));
  const headers = {
    host: 'here',
    ...refused.headers?.(),
    ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(size) }),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${refused.method} ${refused.path()} HTTP/1.1\r\n${head.join('')}\r\n`);
  const body = Buffer.alloc(size, 'x');
  if (chunked) {
    socket.write(`${size.toString(16)}\r\n`);
    socket.write(body);
    socket.write('\r\n0\r\n\r\n');
  } else {
    socket.write(body);
  }
  socket.write('GET /health/live HTTP/1.1\r\nhost: here\r\n\r\n');
  const how = await over.promise;
  socket.destroy();
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
  const closes = /^connection: close\r$/im.test(text.split('\r\n\r\n')[0] ?? '');
  return { status: Number(status), closes, how };
}

for (const [name, size] of Object.entries(SIZES)) {
  for (const chunked of [false, true]) {
    test(`a ${name} body that is ${chunked ? 'chunked' : 'declared'}: what is refused leaves no half a body behind`, async () => {
      for (const refused of REFUSED) {
        const { status, closes, how } = await exchange(refused, size, chunked);
        // Only files may be that large: everything else is told so first, but a GET, whose body is nothing to anybody.
        const { method } = refused;
        const isLimited = method !== 'GET' && !refused.path().includes('/files');
        const expected = size === SIZES.large && isLimited ? 413 : refused.status;
        expect({ method, path: refused.path(), status, how }).toEqual({
          ...{ method, path: expect.any(String), status: expected },
          how: closes ? 'end' : 'second answer',
        });
      }
    });
  }
}

test('413: a message that is too large is told so, declared or not, and the connection says what becomes of it', async () => {
  const message = {
    status: 413,
    method: 'POST',
    path: () => `/api/works/${work}/messages`,
    headers: () => ({ ...bearer(), ...json }),
  };
  for (const chunked of [false, true]) {
    const { status, closes, how } = await exchange(message, SIZES.large, chunked);
    expect({ status, how, chunked }).toEqual({ status: 413, how: closes ? 'end' : 'second answer', chunked });
  }
});

const testWithNginx = testWith('nginx');

testWithNginx('by an nginx that keeps its connections, a refused body is nobody else’s trouble', async () => {
  await withTemporaryFolder(async (folder) => {
    const nginx = await startNginx(folder, api.url, [
      'proxy_set_header Host $http_host',
      'proxy_request_buffering off',
    ]);
    // Each on a connection of its own: where an answer comes before the end of the body, nginx tells its client that the
    // connection is kept and ends it all the same. What is tried are the connections that nginx keeps to the api.
    const ask = (method: string, path: string, headers: Record<string, string>, body?: Buffer) =>
      new Promise<number>((resolve, reject) => {
        const asked = request(`${nginx.url}${path}`, { method, headers, agent: false }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        });
        asked.on('error', reject).end(body);
      });
    try {
      for (const size of Object.values(SIZES)) {
        for (const refused of REFUSED) {
          const status = await ask(
            refused.method,
            refused.path(),
            refused.headers?.() ?? {},
            Buffer.alloc(size, 'x'),
          );
          expect({ path: refused.path(), status: status === 413 ? refused.status : status }).toEqual({
            path: expect.any(String),
            status: refused.status,
          });
          // Others, on whatever connection nginx has kept.
          const others = await Promise.all([1, 2, 3, 4].map(() => ask('GET', '/health/live', {})));
          expect(others).toEqual([200, 200, 200, 200]);
        }
      }
    } finally {
      await nginx.close();
    }
  });
});
