/** SR-L3: a page that points its own name at this machine gets nothing here. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config/config.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({
    isOwnHost: readConfig({ ALLOWED_HOSTS: 'paper.example.com, lab:8443' }).isOwnHost,
  });
});
afterAll(() => api.close());

const OURS = [
  'localhost',
  '127.0.0.1:3000',
  '[::1]:3000',
  'Paper.Example.Com',
  'paper.example.com:444',
  'lab:8443',
];
const OTHERS = [
  'evil.example',
  'evil.example:3000',
  'lab',
  'localhost.evil.example',
  '192.168.1.7',
  '0.0.0.0',
];

function ask(host: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${api.url}${path}`, { headers: { host } }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(await answer.toArray()).toString() });
    })
      .on('error', reject)
      .end();
  });
}

/** `open`, or the status of the refusal. */
function upgrade(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const url = `${api.url.replace('http', 'ws')}/api/chat/ws/x`;
    const ws = new WebSocket(url, { headers: { host }, origin: `http://${host}` });
    ws.on('open', () => {
      ws.terminate();
      resolve('open');
    });
    ws.on('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)));
    ws.on('error', reject);
  });
}

test('SR-L3: the page, the API, health and metrics answer by names of this server alone, and say which setting has them', async () => {
  // Tests have no built page, which its address says.
  for (const [path, expected] of [
    ['/', 503],
    ['/api/auth/options', 200],
    ['/health/live', 200],
  ] as const) {
    for (const host of OURS)
      expect([host, path, (await ask(host, path)).status]).toEqual([host, path, expected]);
    for (const host of OTHERS) {
      const { status, body } = await ask(host, path);
      expect([host, path, status]).toEqual([host, path, 403]);
      expect(JSON.parse(body)).toMatchObject({
        error: { code: 'forbidden', message: expect.stringContaining('ALLOWED_HOSTS') },
      });
    }
  }
  expect((await ask('localhost', '/metrics')).status).toBe(200);
  expect((await ask('evil.example', '/metrics')).status).toBe(403);
});

test('SR-L3: nor does a socket open by another name, although its page has that name too', async () => {
  for (const host of OURS) expect([host, await upgrade(host)]).toEqual([host, 'open']);
  for (const host of OTHERS) expect([host, await upgrade(host)]).toEqual([host, '403']);
});

test('SR-L3: by default this holds where only this machine reaches the port and no proxy stands before it', () => {
  const takes = (env: Record<string, string>) => readConfig(env).isOwnHost?.('evil.example', 3000) ?? true;
  expect(takes({})).toBe(false);
  expect(takes({ HOST: '::1' })).toBe(false);
  expect(takes({ HOST: '0.0.0.0' })).toBe(true);
  expect(takes({ TRUST_PROXY: '1' })).toBe(true);
  expect(takes({ HOST: '0.0.0.0', ALLOWED_HOSTS: 'paper.example.com' })).toBe(false);
  expect(takes({ ALLOWED_HOSTS: '*' })).toBe(true);
  expect(() => readConfig({ ALLOWED_HOSTS: 'http://x/' })).toThrow(/^ALLOWED_HOSTS must be a list of hosts/);
});
