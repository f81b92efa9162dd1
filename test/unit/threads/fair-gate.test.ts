import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFairGate, type FairGate, type Person } from '../../../src/threads/fair-gate.ts';

const never = new AbortController().signal;
const account = (id: string): Person => ({ id, guest: false });
const guest = (id: string): Person => ({ id, guest: true });
const gateOf = (places: number, placesForGuests = places, placesOf = (_person: Person) => places) =>
  createFairGate({ places, placesForGuests, placesOf });

/** Asks for a place and tells, once promises have had their turn, whether it was given. */
async function ask(gate: FairGate, person: Person, signal = never) {
  const asked = { place: undefined as Disposable | undefined, failed: undefined as unknown };
  gate.enter(person, signal).then(
    (place) => Object.assign(asked, { place }),
    (failed: unknown) => Object.assign(asked, { failed }),
  );
  await settled();
  return asked;
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
}

describe('SR-H7, SR-H8: places that people share', () => {
  test('580 calls of ten guests that never end leave places for whoever comes', async () => {
    const gate = gateOf(500, 375);
    const calls = [];
    for (let call = 0; call < 580; call += 1) calls.push(await ask(gate, guest(`g${call % 10}`)));
    expect(calls.filter(({ place }) => place).length).toBeLessThan(375);
    expect((await ask(gate, guest('an honest guest'))).place).toBeDefined();
    expect((await ask(gate, account('an honest person'))).place).toBeDefined();
  });

  test('two guests cannot hold all places for code, nor can a hundred hold those of people with an account', async () => {
    const gate = gateOf(8, 6, ({ guest }) => (guest ? 1 : 2));
    const two = [];
    for (let run = 0; run < 24; run += 1) two.push(await ask(gate, guest(`g${run % 2}`)));
    expect(two.filter(({ place }) => place)).toHaveLength(2);
    expect((await ask(gate, guest('an honest guest'))).place).toBeDefined();
    for (let run = 0; run < 100; run += 1) await ask(gate, guest(`another ${run}`));
    expect(gate.taken).toBe(6);
    expect((await ask(gate, account('an honest person'))).place).toBeDefined();
  });

  test('one place serves one person after the other, by turns', async () => {
    const gate = gateOf(1);
    const first = await ask(gate, account('a'));
    const served: string[] = [];
    for (const id of ['a', 'a', 'a', 'b', 'c']) {
      void gate.enter(account(id), never).then((place) => {
        served.push(id);
        place[Symbol.dispose]();
      });
    }
    await settled();
    expect(served).toEqual([]);
    first.place?.[Symbol.dispose]();
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(served).toEqual(['a', 'b', 'c', 'a', 'a']);
  });

  test('who gives up waiting is told why and takes no place; who had given up before is not let in', async () => {
    const gate = gateOf(1);
    const holder = await ask(gate, account('a'));
    const waits = new AbortController();
    const waiting = await ask(gate, account('b'), waits.signal);
    waits.abort('stopped');
    await settled();
    expect(waiting).toEqual({ place: undefined, failed: 'stopped' });
    expect(gate.waiting).toBe(0);
    holder.place?.[Symbol.dispose]();
    expect((await ask(gate, account('b'), waits.signal)).failed).toBe('stopped');
    expect(gate.taken).toBe(0);
  });

  test('what runs already is let in at once, and counts until it has ended', async () => {
    const gate = gateOf(1);
    const holder = await ask(gate, account('a'));
    const adopted = await gate.enter(account('b'), never, { atOnce: true });
    expect(gate.taken).toBe(2);
    holder.place?.[Symbol.dispose]();
    const third = await ask(gate, account('c'));
    expect(third.place).toBeUndefined();
    adopted[Symbol.dispose]();
    adopted[Symbol.dispose]();
    await settled();
    expect(third.place).toBeDefined();
    expect(gate.taken).toBe(1);
  });
});

const people = fc.record({ id: fc.integer({ min: 0, max: 5 }), guest: fc.boolean() });
const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const), person: people }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('give up' as const), which: fc.nat() }) },
  ),
  { maxLength: 80 },
);

test('SR-H7, SR-H8: whatever comes and goes, limits hold, nobody who may enter waits, and all places come back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 4 }),
      commands,
      async (places, forGuests, each, steps) => {
        const gate = createFairGate({ places, placesForGuests: forGuests, placesOf: () => each });
        const inside: { person: Person; place: Disposable }[] = [];
        const outside: { person: Person; waits: AbortController }[] = [];
        for (const step of steps) {
          if (step.do === 'enter') {
            const person = {
              id: `${step.person.guest ? 'g' : 'a'}${step.person.id}`,
              guest: step.person.guest,
            };
            const waiter = { person, waits: new AbortController() };
            outside.push(waiter);
            gate.enter(person, waiter.waits.signal).then(
              (place) => {
                outside.splice(outside.indexOf(waiter), 1);
                inside.push({ person, place });
              },
              () => outside.splice(outside.indexOf(waiter), 1),
            );
          } else if (step.do === 'leave') {
            inside.splice(step.which % Math.max(1, inside.length), 1)[0]?.place[Symbol.dispose]();
          } else {
            outside[step.which % Math.max(1, outside.length)]?.waits.abort('given up');
          }
          await settled();
          expect(gate.taken).toBe(inside.length);
          expect(gate.waiting).toBe(outside.length);
          expect(inside.length).toBeLessThanOrEqual(places);
          expect(inside.filter(({ person }) => person.guest).length).toBeLessThanOrEqual(forGuests);
          for (const { person } of inside) {
            expect(inside.filter((other) => other.person.id === person.id).length).toBeLessThanOrEqual(each);
          }
          for (const { person } of outside) expect(gate.isOpenTo(person)).toBe(false);
          // A place is free, so is one for guests, and somebody holds none: that one does not wait.
          const freeForGuests = forGuests - inside.filter(({ person }) => person.guest).length;
          for (const { person } of outside) {
            const holds = inside.some((other) => other.person.id === person.id);
            if (!holds && inside.length < places) expect(person.guest && freeForGuests <= 0).toBe(true);
          }
        }
        for (const { waits } of [...outside]) waits.abort('the end');
        for (const { place } of inside) place[Symbol.dispose]();
        await settled();
        expect([gate.taken, gate.waiting]).toEqual([0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});
