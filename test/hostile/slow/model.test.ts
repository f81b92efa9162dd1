import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { drip, EVILS, startEvilModel } from '../../support/hostile/evil-model.ts';
import type { Person } from '../../support/hostile/person.ts';
import { hostileSuite } from '../../support/hostile/suite.ts';

/** Model servers of a stranger's own, where the operator lets guests name them. */
/** More turns at once than a guest has by default, so that ten of them want more places than there are. */
const EACH = 58;
const suite = hostileSuite({
  env: {
    GUEST_MODELS: 'on',
    MODEL_ALLOWED_HOSTS: '127.0.0.1',
    QUOTA_GUEST_TURNS_AT_ONCE: String(EACH),
  },
});

const ATTACK_MS = 300_000;
/** How long one evil answer is looked at beside the honest turns; a turn that still goes on is stopped. */
const LOOK_MS = 60_000;

/** Makes `url` the model of the person's Works. */
async function useModel(person: Person, url: string): Promise<void> {
  const body = { role: 'main', baseUrl: url, apiKey: 'key', model: 'evil' };
  const made = await person.request('POST', '/api/models', body);
  expect({ status: made.status, text: made.text }).toMatchObject({ status: 201 });
}

test.each(Object.entries(EVILS))(
  'SR-H7: %s',
  async (_, answer) => {
    const evil = await startEvilModel(answer);
    try {
      await suite.attack(async () => {
        await useModel(suite.stranger(), evil.url);
        const workId = await suite.newWork();
        const ended = await suite
          .stranger()
          .turn(workId, [], LOOK_MS)
          .then(
            ({ end }) => end,
            () => undefined,
          );
        expect(evil.count()).toBeGreaterThan(0);
        if (ended === undefined) await suite.stranger().request('POST', `/api/works/${workId}/stop`, {});
        const { text } = await suite.stranger().request('GET', `/api/works/${workId}`);
        const { usage } = JSON.parse(text) as { usage: { inputTokens: number; outputTokens: number } };
        for (const tokens of [usage.inputTokens, usage.outputTokens]) {
          expect(Number.isInteger(tokens)).toBe(true);
          expect(tokens).toBeGreaterThanOrEqual(0);
          expect(tokens).toBeLessThan(1e9);
        }
      });
    } finally {
      await evil.close();
    }
  },
  ATTACK_MS,
);

test(
  'SR-H7: 580 calls of ten guests whose models drip do not take the places of everybody',
  async () => {
    const evil = await startEvilModel(drip);
    try {
      await suite.attack(async () => {
        const guests = await Promise.all(Array.from({ length: 10 }, () => suite.system().guest()));
        const works = await Promise.all(
          guests.map(async (guest) => {
            await useModel(guest, evil.url);
            return { guest, ids: await Promise.all(Array.from({ length: EACH }, () => guest.newWork())) };
          }),
        );
        await Promise.all(works.flatMap(({ guest, ids }) => ids.map((id) => guest.order(id, []))));
        // A guest's share is what is left of three quarters, so that no more than some 340 are asked at once.
        await eventually(
          async () => evil.count(),
          (asked) => asked > 200,
        );
        await suite.stranger().turn(await suite.newWork(), [], 30_000);
        for (const { guest, ids } of works) for (const id of ids) await guest.remove(id);
      });
      expect(evil.count()).toBeGreaterThan(0);
    } finally {
      await evil.close();
    }
  },
  ATTACK_MS,
);
