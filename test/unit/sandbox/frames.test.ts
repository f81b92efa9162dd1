import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logLines, parseFrame } from '../../../src/sandbox/docker/frames.ts';

/** The engine's log format: 8 bytes of head, then what was printed. */
function entry(stream: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

test('S5: lines are found again however the network cuts the log', async () => {
  const log = Buffer.concat([
    entry(1, 'o 0 YQ==\n'),
    entry(2, 'Trace'),
    entry(1, 'o 1 '),
    entry(2, 'back\n'),
    entry(1, 'Yg==\nrest'),
  ]);
  for (let size = 1; size < log.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(log.length / size) }, (_, index) =>
      log.subarray(index * size, (index + 1) * size),
    );
    expect(await linesOf(pieces)).toEqual(['o 0 YQ==', 'Traceback', 'o 1 Yg==', 'rest']);
  }
});

async function linesOf(pieces: Iterable<Buffer>, onBytes?: (count: number) => void): Promise<string[]> {
  const lines: string[] = [];
  const log = (async function* () {
    yield* pieces;
  })();
  for await (const line of logLines(log, onBytes)) lines.push(line);
  return lines;
}

test('S5: a line longer than any frame is passed over to its end, kept nowhere, and counted', async () => {
  const long = entry(1, 'x'.repeat(16 * 1024));
  let counted = 0;
  function* pieces() {
    yield entry(1, 'o 0 YQ==\n');
    // 64 MiB of one line: kept and put together anew for each piece, it would take minutes.
    for (let n = 0; n < 4096; n += 1) yield long;
    yield entry(2, 'other\n');
    yield entry(1, '\no 1 Yg==\n');
    yield entry(1, 'y'.repeat(40_000));
  }
  const began = performance.now();
  expect(await linesOf(pieces(), (count) => (counted += count))).toEqual(['o 0 YQ==', 'other', 'o 1 Yg==']);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(counted).toBeGreaterThan(64 * 1024 ** 2 + 40_000);
});

test('S5: the longest frame of a relay is read', async () => {
  const line = `o 4194304 ${Buffer.alloc(11 * 1024, 1).toString('base64')}`;
  expect(await linesOf([entry(1, `${line}\n`)])).toEqual([line]);
});

test('S5: no line that a script could write breaks the reader', () => {
  const lines = fc.oneof(
    fc.string(),
    fc.constantFrom('x ', 'x {}', 'x null', 'x []', 'o -1 YQ==', 'e 1', 'o 1e9 YQ=='),
  );
  fc.assert(fc.property(lines, (line) => ['output', 'end', 'other'].includes(parseFrame(line).kind)));
  expect(parseFrame('x {"code":0}')).toEqual({ kind: 'other', line: 'x {"code":0}' });
  expect(parseFrame('e 7 eQ==')).toEqual({
    kind: 'output',
    stream: 'stderr',
    offset: 7,
    bytes: Buffer.from('y'),
  });
});
