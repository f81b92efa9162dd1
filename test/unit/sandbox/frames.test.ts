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
    const lines: string[] = [];
    for await (const line of logLines(
      (async function* () {
        yield* pieces;
      })(),
    ))
      lines.push(line);
    expect(lines).toEqual(['o 0 YQ==', 'Traceback', 'o 1 Yg==', 'rest']);
  }
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
