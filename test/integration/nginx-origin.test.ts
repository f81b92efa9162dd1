/** Sockets by a real nginx on an odd port: which of its usual configurations lets pages in (A4). */
import { expect } from '@jest/globals';
import { WebSocket } from 'ws';
import { startTestApi } from '../support/api.ts';
import { testWith } from '../support/needs.ts';
import { startNginx } from '../support/nginx.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const testWithNginx = testWith('nginx');

/** `open`, or the status of the refusal. */
function upgrade(url: string, origin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url.replace('http', 'ws'), { origin });
    ws.on('open', () => {
      ws.terminate();
      resolve('open');
    });
    ws.on('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)));
    ws.on('error', reject);
  });
}

testWithNginx('A4: $http_host, or $host with X-Forwarded-Host, lets our page in and no other', async () => {
  const api = await startTestApi();
  const { accessToken } = await api.guest();
  const path = `/api/chat/ws/${await api.newWork(accessToken)}`;
  try {
    for (const [directives, ours] of [
      [['proxy_set_header Host $http_host'], 'open'],
      [['proxy_set_header Host $host', 'proxy_set_header X-Forwarded-Host $http_host'], 'open'],
      // What the browser was at is nowhere to be read: refused, and the log says what was compared.
      [['proxy_set_header Host $host'], '403'],
    ] as const) {
      await withTemporaryFolder(async (folder) => {
        const nginx = await startNginx(folder, api.url, [...directives]);
        try {
          expect([directives, await upgrade(`${nginx.url}${path}`, nginx.url)]).toEqual([directives, ours]);
          expect(await upgrade(`${nginx.url}${path}`, 'http://evil.example')).toBe('403');
        } finally {
          await nginx.close();
        }
      });
    }
  } finally {
    await api.close();
  }
});
