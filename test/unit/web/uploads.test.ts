import { expect, test } from '@jest/globals';
import { MAX_UPLOAD_BYTES } from '../../../src/protocol/limits.ts';
import { deliveryOf, filesOfPaste } from '../../../web/src/conversation/composing.ts';
import { createUploads, stillOnTheirWay, TooLarge } from '../../../web/src/files/uploads.ts';
import { FITTED, MAX_SCALE, movedBy, zoomedAt } from '../../../web/src/files/zoom.ts';
import { createPendingDeletions, UNDO_MS } from '../../../web/src/pages/pending-deletions.ts';

interface Sending {
  name: string;
  signal: AbortSignal;
  progress(sent: number): void;
  end: PromiseWithResolvers<string>;
}

function bench() {
  const sending: Sending[] = [];
  const arrived: string[] = [];
  const uploads = createUploads<{ name: string; size: number }>({
    send(file, watch) {
      const end = Promise.withResolvers<string>();
      watch.signal.addEventListener('abort', () => end.reject(watch.signal.reason));
      sending.push({ name: file.name, ...watch, end });
      return end.promise;
    },
    arrived: (path) => void arrived.push(path),
  });
  const states = () => uploads.list.value.map(({ state }) => state.name);
  return { sending, arrived, uploads, states };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('U9: files go one after the other, each with its own progress, and one that fails does not stop the next', async () => {
  const { sending, arrived, uploads, states } = bench();
  const all = uploads.add([
    { name: 'a', size: 100 },
    { name: 'b', size: 100 },
  ]);
  await settled();
  expect(states()).toEqual(['sending', 'waiting']);
  sending[0]?.progress(120);
  expect(uploads.list.value[0]?.state).toEqual({ name: 'sending', sent: 100 });
  sending[0]?.end.reject(new Error('refused'));
  await settled();
  expect(states()).toEqual(['failed', 'sending']);
  sending[1]?.end.resolve('attachments/b');
  expect(await all).toEqual(['attachments/b']);
  expect(arrived).toEqual(['attachments/b']);
  expect(states()).toEqual(['failed', 'done']);
});

test('V43: what has arrived no longer stands over the tree that shows it; what failed does until it is dismissed', async () => {
  const { sending, uploads } = bench();
  const names = () => stillOnTheirWay(uploads.list.value).map(({ file }) => file.name);
  const all = uploads.add([
    { name: 'a', size: 1 },
    { name: 'b', size: 1 },
  ]);
  await settled();
  sending[0]?.end.resolve('attachments/a');
  await settled();
  expect(names()).toEqual(['b']);
  sending[1]?.end.reject(new Error('refused'));
  await all;
  expect(names()).toEqual(['b']);
});

test('V40: a text that nobody reads in a message goes along as a file, and what is pasted with files as those alone', async () => {
  expect(filesOfPaste([], 'a'.repeat(16_000))).toEqual([]);
  const [file] = filesOfPaste([], 'π'.repeat(16_001));
  expect([file?.name, await file?.text()]).toEqual(['pasted.txt', 'π'.repeat(16_001)]);
  const picture = new File(['x'], 'image.png', { type: 'image/png' });
  expect(filesOfPaste([picture], 'a'.repeat(20_000))).toEqual([picture]);
});

test('U9: a file that is too large is refused without being sent; one that is dismissed is ended', async () => {
  const { sending, uploads } = bench();
  await uploads.add([{ name: 'huge', size: MAX_UPLOAD_BYTES + 1 }]);
  expect(sending).toEqual([]);
  const [huge] = uploads.list.value;
  expect(huge?.state).toMatchObject({ name: 'failed', error: expect.any(TooLarge) });

  const rest = uploads.add([{ name: 'slow', size: 1 }]);
  await settled();
  uploads.dismiss(uploads.list.value.at(-1)?.id ?? 0);
  expect(await rest).toEqual([]);
  expect(sending[0]?.signal.aborted).toBe(true);
  expect(uploads.list.value).toEqual([huge]);
});

test('U3, F15: Enter queues, Ctrl or Cmd with it steers a running turn, and an input method’s Enter does neither', () => {
  const key = {
    key: 'Enter',
    shiftKey: false,
    isComposing: false,
    keyCode: 13,
    ctrlKey: false,
    metaKey: false,
  };
  expect(deliveryOf(key, false)).toBe('queue');
  expect(deliveryOf(key, true)).toBe('queue');
  expect(deliveryOf({ ...key, ctrlKey: true }, true)).toBe('steer');
  expect(deliveryOf({ ...key, metaKey: true }, true)).toBe('steer');
  expect(deliveryOf({ ...key, ctrlKey: true }, false)).toBe('queue');
  expect(deliveryOf({ ...key, isComposing: true }, true)).toBeNull();
  expect(deliveryOf({ ...key, shiftKey: true }, true)).toBeNull();
});

test('a figure is zoomed around the point under the pointer, never smaller than it fits, never out of sight', () => {
  const zoomed = zoomedAt(FITTED, 2, { x: 100, y: -50 });
  expect(zoomed).toEqual({ scale: 2, x: -100, y: 50 });
  expect(zoomedAt(zoomed, 0.1, { x: 5, y: 5 })).toEqual(FITTED);
  expect(zoomedAt(FITTED, 1_000, { x: 0, y: 0 }).scale).toBe(MAX_SCALE);
  expect(movedBy(zoomed, { x: -9_999, y: 0 }, { width: 300, height: 200 }).x).toBe(-600);
});

test('U15: a deletion waits, is undone in time, and is sent once when the time is over or the person leaves', () => {
  const deleted: string[] = [];
  let timers: { ms: number; fire: () => void }[] = [];
  const pending = createPendingDeletions({
    delete: async (id) => void deleted.push(id),
    failed: () => {},
    now: () => 0,
    after(ms, fire) {
      const timer = { ms, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  });
  const work = (id: string) => ({ id }) as Parameters<typeof pending.add>[0];
  for (const id of ['undone', 'over', 'left']) pending.add(work(id));
  expect(timers.map(({ ms }) => ms)).toEqual([UNDO_MS, UNDO_MS, UNDO_MS]);
  expect(pending.undo('undone')).toBe(true);
  timers[0]?.fire();
  expect(deleted).toEqual(['over']);
  expect(pending.undo('over')).toBe(false);
  pending.flush();
  pending.flush();
  expect(deleted).toEqual(['over', 'left']);
  expect(pending.list.value).toEqual([]);
});
