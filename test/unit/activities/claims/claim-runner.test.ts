import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { AttemptEnded } from '../../../../src/activities/claims/attempt-ended.ts';
import {
  type Asked,
  type ClaimOf,
  type ClaimRunner,
  createClaimRunner,
  type Run,
} from '../../../../src/activities/claims/claim-runner.ts';
import type { OnWaiting } from '../../../../src/activities/claims/places.ts';
import { createFairGate, type FairGate } from '../../../../src/threads/fair-gate.ts';

const log = { info() {}, warn() {}, error() {} };
const ACTIVITY = { workflowId: 'work-x', activityId: '7' };
const never = new AbortController().signal;
const BEFORE = { turn: null, step: 0 };
const mainOf = (workId: string) => ({ workId, agent: 'main' });

/** A runner whose claims are made here: it asks no database for them. */
function runner(): ClaimRunner {
  const claims = createClaimRunner({ db: undefined as never, workerId: randomUUID(), log });
  claims.open();
  return claims;
}

function claimed<R>(run: Run<R>): Asked<R> {
  const person = { id: randomUUID(), guest: false };
  return { kind: 'claimed', claim: { turn: 1, key: 'model:1:main:1', attempt: 1, person, crashes: 0 }, run };
}

const gateOf = (places: number) =>
  createFairGate({ places, placesForGuests: places, placesOf: () => places });

/** A step of some Work that is claimed by whoever asks, and goes on until `over`. */
function step(
  gate: FairGate,
  over: Promise<void>,
  onAsked: () => void,
  onWaiting: OnWaiting = () => {},
): ClaimOf<string> {
  return {
    workId: randomUUID(),
    gate,
    async ask() {
      onAsked();
      return claimed((_attempt, inPlace) => inPlace(() => over.then(() => 'done'), onWaiting));
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

test('SR-H7: of 2,000 messages at once no more are claimed eagerly than there are places left', async () => {
  const claims = runner();
  const gate = gateOf(500);
  const busy = await Promise.all(
    Array.from({ length: 300 }, () => gate.enter({ id: randomUUID(), guest: false }, never)),
  );
  const over = Promise.withResolvers<void>();
  let asked = 0;
  for (let message = 0; message < 2_000; message += 1) {
    const of = step(gate, over.promise, () => {
      asked += 1;
    });
    claims.startEagerly(mainOf(of.workId), BEFORE, async () => void (await claims.tryOnce(of)));
  }
  await turns(10);
  expect({ asked, taken: gate.taken, waiting: gate.waiting }).toEqual({ asked: 200, taken: 500, waiting: 0 });
  over.resolve();
  for (const place of busy) place[Symbol.dispose]();
  await claims.close(0, Promise.resolve());
  expect(gate.taken).toBe(0);
});

test('SR-H7: a place that was set aside for an eager start is free again where there was nothing to do', async () => {
  const claims = runner();
  const gate = gateOf(1);
  const nothing = (kind: 'busy' | 'settled'): ClaimOf<string> => ({
    workId: randomUUID(),
    gate,
    ask: async () =>
      kind === 'busy' ? { kind, key: 'model:1:main:1', attempt: 1 } : { kind, result: 'over' },
  });
  expect(await claims.tryOnce(nothing('busy'))).toBeUndefined();
  expect(await claims.tryOnce(nothing('settled'))).toBe('over');
  expect(await claims.tryOnce(step(gate, Promise.resolve(), () => {}))).toBe('done');
  expect(
    await claims.tryOnce({ ...nothing('busy'), ask: async () => claimed(async () => 'fenced') }),
  ).toBeUndefined();
  using place = gate.reserve();
  expect(place).toBeDefined();
  expect(await claims.tryOnce(step(gate, Promise.resolve(), () => {}))).toBeUndefined();
});

test('SR-H8: an attempt that waits for a place says so, and when it has one; whoever need not wait says nothing', async () => {
  const claims = runner();
  const gate = gateOf(1);
  const told: string[] = [];
  const isTold = Promise.withResolvers<void>();
  const tell = (who: string) => (waits: boolean) => {
    told.push(`${who} ${waits ? 'waits' : 'goes on'}`);
    isTold.resolve();
  };
  const over = Promise.withResolvers<void>();
  const first = claims.runOrWait(
    step(gate, over.promise, () => {}, tell('the first')),
    ACTIVITY,
  );
  const second = claims.runOrWait(
    step(gate, Promise.resolve(), () => {}, tell('the second')),
    ACTIVITY,
  );
  await isTold.promise;
  expect(told).toEqual(['the second waits']);
  over.resolve();
  expect(await Promise.all([first, second])).toEqual(['done', 'done']);
  expect(told).toEqual(['the second waits', 'the second goes on']);
});

test('R4: whoever was fenced asks again, and goes on from what the other attempt stored', async () => {
  const claims = runner();
  const answers: Asked<string>[] = [
    claimed(async () => 'fenced'),
    { kind: 'settled', result: 'what the other stored' },
  ];
  const ask = async () => answers.shift() ?? { kind: 'settled' as const, result: 'asked too often' };
  expect(await claims.runOrWait({ workId: randomUUID(), ask }, ACTIVITY)).toBe('what the other stored');
});

test('D7: as the worker closes, what runs is handed over after its grace, and nothing is claimed any more', async () => {
  const claims = runner();
  const why = claims.runOrWait<string>(
    {
      workId: randomUUID(),
      ask: async () =>
        claimed(
          ({ signal }) =>
            new Promise((resolve) =>
              signal.addEventListener('abort', () => resolve((signal.reason as AttemptEnded).why)),
            ),
        ),
    },
    ACTIVITY,
  );
  await claims.close(1, why);
  expect(await why).toBe('shutdown');
  claims.startEagerly(mainOf('a-work'), BEFORE, async () => {
    throw new Error('begun after the close');
  });
  const late = claims.runOrWait(
    step(gateOf(1), Promise.resolve(), () => {}),
    ACTIVITY,
  );
  await expect(late).rejects.toThrow('shutdown');
});
