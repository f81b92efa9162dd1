import { expect, test } from '@jest/globals';
import type { SnapshotInfo } from '../../../src/domain/versions.ts';
import { withoutPauses } from '../../../web/src/history/series.ts';
import { createAutosave, REST_MS, type SaveOutcome, SETTLE_MS } from '../../../web/src/paper/autosave.ts';

/** An autosave whose clock and saves are driven by hand. */
function byHand() {
  const timers = new Set<{ ms: number; fire: () => void }>();
  const saves: ((outcome: SaveOutcome) => void)[] = [];
  const autosave = createAutosave({
    save: () => new Promise((resolve) => saves.push(resolve)),
    random: () => 0.5,
    after(ms, fire) {
      const timer = { ms, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  return {
    autosave,
    begun: () => saves.length,
    /** Ends the save that was begun last. */
    async end(outcome: SaveOutcome) {
      saves.at(-1)?.(outcome);
      await new Promise(setImmediate);
    },
    waits: () => [...timers].map(({ ms }) => ms),
    /** The time of all that waits has come. */
    pass() {
      for (const timer of [...timers]) if (timers.delete(timer)) timer.fire();
    },
  };
}

test('V11: a text is saved once after a second in which nobody typed', () => {
  const { autosave, waits, pass, begun } = byHand();
  for (let letter = 0; letter < 5; letter += 1) autosave.changed();
  expect(waits()).toEqual([REST_MS]);
  expect(begun()).toBe(0);
  pass();
  expect(begun()).toBe(1);
  expect(waits()).toEqual([]);
});

test('V11: what is typed while it is being saved is saved after it, never beside it', async () => {
  const { autosave, pass, begun, end } = byHand();
  autosave.changed();
  pass();
  autosave.changed();
  pass();
  expect(begun()).toBe(1);
  await end('saved');
  expect(begun()).toBe(2);
});

test('V11: while the agent writes into the paper nothing is saved, and at once when it has written', async () => {
  const { autosave, pass, begun } = byHand();
  autosave.hold(true);
  autosave.changed();
  pass();
  expect(begun()).toBe(0);
  autosave.hold(false);
  expect(begun()).toBe(1);
});

test('V11: a message waits for what was typed before it, but no longer than a person should wait', async () => {
  const { autosave, waits, pass, begun, end } = byHand();
  await autosave.settle();
  expect(begun()).toBe(0);

  autosave.changed();
  let settled = false;
  const first = autosave.settle().then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  expect([begun(), settled]).toEqual([1, false]);
  await end('saved');
  await first;
  expect(waits()).toEqual([]);

  autosave.changed();
  const second = autosave.settle();
  expect(waits()).toEqual([SETTLE_MS]);
  pass();
  await second;
  expect(begun()).toBe(2);
});

test('V11: where nobody answers it is tried again, ever later, and at once when the network is back', async () => {
  const { autosave, waits, pass, begun, end } = byHand();
  autosave.changed();
  pass();
  await end('later');
  const [first = 0] = waits();
  pass();
  await end('later');
  const [second = 0] = waits();
  expect(second).toBeGreaterThan(first);
  autosave.retry();
  expect(begun()).toBe(3);
  await end('saved');
  expect(waits()).toEqual([]);
  autosave.retry();
  expect(begun()).toBe(3);
});

test('V11: what was refused for good waits for the person to type on', async () => {
  const { autosave, waits, pass, end, begun } = byHand();
  autosave.changed();
  pass();
  await end('refused');
  expect(waits()).toEqual([]);
  autosave.changed();
  pass();
  expect(begun()).toBe(2);
});

test('V11, T9: of saves on end a file’s history lists one for each ten minutes, and all that is between them', () => {
  const version = (minute: number, reason: SnapshotInfo['reason'], more: Partial<SnapshotInfo> = {}) => ({
    ...{ id: `${minute}`, reason, files: 1, bytes: 1, sha256: `of ${minute}`, ...more },
    at: new Date(minute * 60_000).toISOString(),
  });
  const versions = [
    ...[59, 58, 55, 49, 48, 47].map((minute) => version(minute, 'person')),
    version(46, 'tool'),
    version(45, 'person'),
    version(44, 'person', { sha256: null }),
    version(43, 'person'),
  ];
  expect(withoutPauses(versions).map(({ id }) => id)).toEqual(['59', '48', '46', '45', '44', '43']);
});
