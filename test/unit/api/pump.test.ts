/** One viewer's way along the log, with a hand-driven log, feed and reader. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFeed, type Feed } from '../../../src/api/live/feed.ts';
import { createPump, GapInLog, type Pump, type Sink } from '../../../src/api/live/pump.ts';
import type { LogFrame } from '../../../src/db/log-rows.ts';

const frame = (seq: number, length = 1): LogFrame => ({ seq, kind: 'text.delta', text: 'x'.repeat(length) });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Lets everything that can go on without the outside go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A log that is read only when the test says so. */
function handDriven() {
  const stored: LogFrame[] = [];
  const reads: (() => void)[] = [];
  return {
    stored,
    reads,
    readPage: (after: number, limit: number) =>
      new Promise<LogFrame[]>((resolve) => {
        reads.push(() => resolve(stored.filter(({ seq }) => seq > after).slice(0, limit)));
      }),
  };
}

/** A reader that is behind until the test says that it has caught up. */
function handDrivenSink() {
  const got: number[] = [];
  let behind = false;
  let release = () => {};
  const sink: Sink = {
    send(frames) {
      got.push(...frames.map(({ seq }) => seq));
      if (!behind) return undefined;
      return new Promise((resolve) => {
        release = resolve;
      });
    },
  };
  return {
    got,
    sink,
    block: () => {
      behind = true;
    },
    unblock: () => {
      behind = false;
      release();
    },
  };
}

function pumpOver(
  feed: Feed,
  cursor: number,
  sink: Sink,
  readPage: (a: number, l: number) => Promise<LogFrame[]>,
) {
  const failures: unknown[] = [];
  const pump: Pump = createPump({
    feed,
    cursor,
    sink,
    readPage,
    onGone: () => {},
    onFailure: (error) => failures.push(error),
  });
  feed.followers.add(pump);
  pump.onAdvance();
  return { pump, failures };
}

test('a lone frame has reached the sink when push returns', () => {
  const feed = createFeed('w', 0);
  const { got, sink } = handDrivenSink();
  pumpOver(feed, 0, sink, () => Promise.reject(new Error('nothing is read')));
  feed.push([frame(1)]);
  expect(got).toEqual([1]);
});

test('P2: whatever order frames, reads, slow readers and reconnections come in, each viewer gets N+1, N+2, …', async () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('commit' as const), n: fc.integer({ min: 1, max: 400 }) }),
    },
    { weight: 4, arbitrary: fc.constant({ do: 'notify' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'read' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'block' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'unblock' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'reconnect' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat({ max: 300 }), async (steps, before) => {
      const log = handDriven();
      const commit = (n: number) => {
        const last = log.stored.length;
        log.stored.push(...range(last + 1, last + n).map((seq) => frame(seq)));
      };
      commit(before);
      let feed = createFeed('w', before);
      const reader = handDrivenSink();
      const failures: unknown[][] = [];
      let current = pumpOver(feed, 0, reader.sink, log.readPage);
      failures.push(current.failures);

      const notify = () => feed.push(log.stored.slice(feed.last, feed.last + 500));
      for (const { do: what, ...more } of steps) {
        if (what === 'commit' && 'n' in more) commit(more.n);
        if (what === 'notify') notify();
        if (what === 'read') log.reads.shift()?.();
        if (what === 'block') reader.block();
        if (what === 'unblock') reader.unblock();
        if (what === 'reconnect') {
          current.pump.stop();
          feed.followers.clear();
          reader.unblock();
          await settle();
          feed = createFeed('w', log.stored.length);
          current = pumpOver(feed, reader.got.length, reader.sink, log.readPage);
          failures.push(current.failures);
        }
        await settle();
      }
      // In the end everything is told and read.
      reader.unblock();
      while (reader.got.length < log.stored.length) {
        notify();
        for (const read of log.reads.splice(0)) read();
        await settle();
      }
      expect(reader.got).toEqual(range(1, log.stored.length));
      expect(failures.flat()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a reader that is behind is given nothing more until it has caught up', async () => {
  const feed = createFeed('w', 0);
  const { got, sink, block, unblock } = handDrivenSink();
  pumpOver(feed, 0, sink, () => Promise.reject(new Error('nothing is read')));
  block();
  feed.push([frame(1)]);
  feed.push([frame(2), frame(3)]);
  await settle();
  expect(got).toEqual([1]);
  unblock();
  await settle();
  expect(got).toEqual([1, 2, 3]);
});

test('a reader that was given up while it was behind gets nothing more, and that is no failure', async () => {
  const feed = createFeed('w', 0);
  const { got, sink, block, unblock } = handDrivenSink();
  const { pump, failures } = pumpOver(feed, 0, sink, () => Promise.reject(new Error('nothing is read')));
  block();
  feed.push([frame(1)]);
  feed.push([frame(2)]);
  pump.stop();
  unblock();
  await settle();
  expect({ got, failures }).toEqual({ got: [1], failures: [] });
});

test('P2: events that were pruned under a reader end the pump; nothing is passed over', async () => {
  const feed = createFeed('w', 10);
  const { got, sink } = handDrivenSink();
  const pages = [[frame(1), frame(2), frame(5)]];
  const { failures } = pumpOver(feed, 0, sink, async () => pages.shift() ?? []);
  await settle();
  expect(got).toEqual([]);
  expect(failures).toEqual([expect.any(GapInLog)]);
});

test('a feed holds a bounded number of frames, its newest always', () => {
  const feed = createFeed('w', 0);
  feed.push(range(1, 5_000).map((seq) => frame(seq)));
  expect(feed.after(0, 10)).toBeUndefined();
  expect(feed.after(4_990, 100)?.map(({ seq }) => seq)).toEqual(range(4_991, 5_000));
  feed.push([frame(5_001, 10_000_000)]);
  expect(feed.after(5_000, 10)?.map(({ seq }) => seq)).toEqual([5_001]);
  expect(feed.after(4_999, 10)).toBeUndefined();
  feed.push([frame(5_002)]);
  expect(feed.after(5_001, 10)?.map(({ seq }) => seq)).toEqual([5_002]);
});
