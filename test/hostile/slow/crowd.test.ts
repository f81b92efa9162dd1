import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ordering, running } from '../../support/hostile/obedient-model.ts';
import { hostileSuite } from '../../support/hostile/suite.ts';

/** Many requests at once, many guests at once: what is counted is counted exactly. */
const suite = hostileSuite();

const ATTACK_MS = 180_000;
const MIB = 1024 ** 2;

test(
  'SR-M1: forty uploads begun together leave a workspace within its gibibyte',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const nearlyFull = `
for n in range(4):
    with open(f'f{n}', 'wb') as f: f.truncate(225 * 1024 * 1024)`;
      await suite.stranger().turn(workId, running(nearlyFull), 60_000);
      const bytes = new Uint8Array(8 * MIB);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => suite.stranger().put(workId, `data/${index}.bin`, bytes)),
      );
      const stored = answers.filter(({ status }) => status < 300).length;
      expect(900 * MIB + stored * bytes.length).toBeLessThanOrEqual(1024 * MIB);
      expect(stored).toBeGreaterThan(0);
      // What has no room is told so.
      for (const { status } of answers) expect([200, 201, 507]).toContain(status);
    });
  },
  ATTACK_MS,
);

test(
  'SR-M7: a byte of a large file costs a byte',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const sparse = "f = open('big.bin', 'wb'); f.truncate(256 * 1024 * 1024); f.close()";
      await suite.stranger().turn(workId, running(sparse), 60_000);
      const began = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const response = await fetch(`${suite.system().url}/api/works/${workId}/files/big.bin`, {
            headers: { authorization: `Bearer ${suite.stranger().token}`, range: 'bytes=0-0' },
          });
          await response.arrayBuffer();
          return response.status;
        }),
      );
      expect(new Set(answers)).toEqual(new Set([206]));
      expect(performance.now() - began).toBeLessThan(10_000);
    });
  },
  ATTACK_MS,
);

test(
  'SR-M2: a guest has as many turns at once as a guest may, however they are sent',
  async () => {
    await suite.attack(async () => {
      const works = await Promise.all(Array.from({ length: 20 }, () => suite.newWork()));
      const text = ordering(running('import time; time.sleep(3)'));
      const answers = await Promise.all(
        works.map((workId) =>
          suite.stranger().request('POST', `/api/works/${workId}/messages`, { id: randomUUID(), text }),
        ),
      );
      const taken = answers.filter(({ status }) => status < 300).length;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThanOrEqual(10);
      for (const answer of answers.filter(({ status }) => status >= 300)) {
        expect(answer.status).toBe(403);
        expect(answer.text).toContain('quota_exceeded');
      }
    });
  },
  ATTACK_MS,
);

test(
  'SR-M3: no guest publishes a template',
  async () => {
    await suite.attack(async () => {
      const body = { name: 'x', description: '', language: 'en', content: '# a\n', public: true };
      const made = await suite.stranger().request('POST', '/api/templates', body);
      expect(made.status).toBe(403);
    });
  },
  ATTACK_MS,
);

test(
  'SR-H7, SR-M10: no guest names a model server of their own',
  async () => {
    await suite.attack(async () => {
      const body = { role: 'main', baseUrl: 'https://api.example.com/v1', apiKey: 'k', model: 'm' };
      const made = await suite.stranger().request('POST', '/api/models', body);
      expect(made.status).toBe(403);
    });
  },
  ATTACK_MS,
);

test(
  'SR-L4: a body nested without end is a bad body',
  async () => {
    await suite.attack(async () => {
      const nested = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
      for (const route of ['/api/models', '/api/works', '/api/templates', '/api/auth/login']) {
        const response = await fetch(`${suite.system().url}${route}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${suite.stranger().token}`,
            'content-type': 'application/json',
          },
          body: `{"title":${nested},"params":${nested}}`,
        });
        await response.text();
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
      }
    });
  },
  ATTACK_MS,
);

test(
  'SR-M10: guests of one address come to an end, and the service goes on for whoever is there',
  async () => {
    await suite.attack(async () => {
      const answers = await Promise.all(
        Array.from({ length: 300 }, async () => {
          const response = await fetch(`${suite.system().url}/api/auth/guest`, { method: 'POST' });
          await response.text();
          return response.status;
        }),
      );
      expect(answers.filter((status) => status === 429).length).toBeGreaterThan(100);
      expect(answers.filter((status) => status >= 500)).toEqual([]);
    });
  },
  ATTACK_MS,
);
