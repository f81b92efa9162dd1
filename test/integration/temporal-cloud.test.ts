/** Temporal as a hosted one is met: by TLS, with a certificate or an API key, and nothing may be registered there. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { prepareNamespace } from '../../src/setup/temporal-namespace.ts';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { createBareNamespace } from '../support/namespace.ts';
import { testWith } from '../support/needs.ts';
import { startNginxBeforeTemporal } from '../support/nginx.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem } from '../support/system.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const testWithNginx = testWith('nginx', 'openssl');

const API_KEY = randomBytes(16).toString('hex');

interface Way {
  name: string;
  /** Of nginx: who may in. */
  guard: (client: Certificate) => string;
  env: (client: Certificate) => Record<string, string>;
}

const WAYS: Way[] = [
  {
    name: 'an API key',
    guard: () => `if ($http_authorization != "Bearer ${API_KEY}") { return 401; }`,
    env: () => ({ TEMPORAL_API_KEY: API_KEY }),
  },
  {
    name: 'a client certificate',
    guard: ({ authorityFile }) => `ssl_verify_client on; ssl_client_certificate ${authorityFile};`,
    env: ({ certificateFile, key }) => ({
      TEMPORAL_TLS_CLIENT_CERT_PATH: certificateFile,
      TEMPORAL_TLS_CLIENT_KEY_DATA: key,
    }),
  },
];

for (const way of WAYS) {
  testWithNginx(
    `turns are played through TLS with ${way.name}, where nothing may be registered`,
    async () => {
      await withTemporaryFolder(async (folder) => {
        const [server, client] = await Promise.all([
          makeCertificate(folder, 'localhost'),
          makeCertificate(folder, 'client', 'client'),
        ]);
        const namespace = await createBareNamespace();
        const { temporalAddress } = testServers();
        const proxy = await startNginxBeforeTemporal(folder, temporalAddress, server, way.guard(client));
        const access = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: server.authorityFile, ...way.env(client) };
        const env = { TEMPORAL_ADDRESS: proxy.address, ...access };
        const system = await startTestSystem({ script: () => textReply('The answer.'), namespace, env });
        try {
          const stranger = { address: proxy.address, namespace, apiKey: undefined };
          const tls = { serverRootCACertificate: await readFile(server.authorityFile) };
          await expect(prepareNamespace({ ...stranger, tls }, 0)).rejects.toThrow(/could not be set up/);
          await system.api.line((line) => line.includes('found by their id alone'), 'it was said');
          const worker = await system.startWorker();
          const { workId, chat } = await system.newChat();
          for (const said of ['What comes?', 'And then?']) {
            const seen = chat.cursor();
            chat.say(said);
            const ended = await chat.event(
              (event) => event.kind === 'turn.completed' && event.seq > seen,
              'its end',
            );
            expect(ended).toMatchObject({ outcome: 'done' });
          }
          await system.expectSound(workId);
          await worker.signal('SIGTERM');
          expect(await worker.ended).toEqual({ code: 0, signal: null });
        } finally {
          await system.close();
          await proxy.close();
        }
      });
    },
  );
}

testWithNginx(
  'what the account may not register is one sentence; a missing namespace or a refused key ends it',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const server = await makeCertificate(folder, 'localhost');
      const namespace = await createBareNamespace();
      const guard = `if ($http_authorization != "Bearer ${API_KEY}") { return 401; }`;
      const proxy = await startNginxBeforeTemporal(folder, testServers().temporalAddress, server, guard);
      const tls = { serverRootCACertificate: await readFile(server.authorityFile) };
      const endpoint = { address: proxy.address, namespace, apiKey: API_KEY, tls };
      try {
        expect(await prepareNamespace(endpoint, 10_000)).toMatch(
          /^Temporal lets this account register no [^\n]+$/,
        );
        await expect(prepareNamespace({ ...endpoint, namespace: 'nowhere' }, 10_000)).rejects.toThrow(
          /^Temporal has no namespace "nowhere" and lets this account register none/,
        );
        await expect(prepareNamespace({ ...endpoint, apiKey: 'another' }, 600_000)).rejects.toThrow(
          /could not be set up/,
        );
      } finally {
        await proxy.close();
      }
    });
  },
);
