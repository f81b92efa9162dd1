import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { terminalLines } from '../../../src/sandbox/terminal-lines.ts';
import type { OutputChunk } from '../../../src/sandbox/types.ts';
import { wholeLines } from '../../../src/sandbox/whole-utf8.ts';

const NOTHING = { stdout: '', stderr: '' };

/** Gives printed bytes in pieces, as a sandbox reads them. @returns what was handed on */
async function handed(pieces: string[], { stored = '', from = 0 } = {}): Promise<OutputChunk[]> {
  const chunks: OutputChunk[] = [];
  const lines = terminalLines(
    { ...NOTHING, stdout: stored },
    { stdout: from, stderr: 0 },
    async (chunk) => void chunks.push(chunk),
  );
  let bytes = from;
  for (const piece of pieces)
    for (const cut of wholeLines(Buffer.from(piece), true)) {
      bytes += cut.bytes;
      await lines.onOutput({ stream: 'stdout', text: cut.text, bytes });
    }
  await lines.finish();
  return chunks;
}

const textOf = (chunks: OutputChunk[]) => chunks.map(({ text }) => text).join('');
const shown = async (...pieces: string[]) => textOf(await handed(pieces));

test('W4: a progress bar costs one line, the last it was', async () => {
  const bar = Array.from({ length: 500 }, (_, at) => `\r ${at}%|${'█'.repeat(at % 9)}      `);
  expect(await shown('begin\n', ...bar, '\r100%|done         \n', 'end\n')).toBe('begin\n100%|done\nend\n');
  expect(await shown(...Array.from({ length: 50 }, (_, at) => [`${at}%`, '\r']).flat())).toBe('49%');
});

test('W4: what a shorter text leaves of a longer one stays, as on a terminal, unless it is erased', async () => {
  expect(await shown('100%\r5\n')).toBe('500%\n');
  expect(await shown('100%\r\x1b[K5\n')).toBe('5\n');
  expect(await shown('abc\b\bX\n')).toBe('aXc\n');
});

test('W4: line ends of Windows are line ends, also where a piece ends between the two', async () => {
  expect(await shown('one\r\ntwo\r', '\nthree\r\n')).toBe('one\ntwo\nthree\n');
});

test('W4: output without carriage returns is handed on as it is printed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z中🎲 \n]*$/u)), async (pieces) => {
      expect(await shown(...pieces)).toBe(pieces.join(''));
    }),
  );
});

test('W4: however the output is cut, the same is shown where each line goes back before it is seen', async () => {
  const printed = 'start\n\r1 of 3\r2 of 3\r3 of 3\nnext 中\r\n\rlast 🎲\n';
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(printed.length), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), printed.length];
      const pieces = at.slice(1).map((end, index) => printed.slice(at[index], end).toWellFormed());
      if (pieces.join('') !== printed) return; // A cut within a character: bytes are never handed on so.
      expect(await shown(...pieces)).toBe('start\n3 of 3\nnext 中\nlast 🎲\n');
    }),
  );
});

test('W4, S5: who reattaches to a run reads on from the bytes that were handed on, and shows the same', async () => {
  const printed = ['a\n', '\r1%', '\r2%', '\r3%\n', 'b\n', 'c', ' d\n'];
  const whole = textOf(await handed(printed));
  for (let until = 0; until <= printed.length; until += 1) {
    const chunks: OutputChunk[] = [];
    const lines = terminalLines(NOTHING, { stdout: 0, stderr: 0 }, async (chunk) => void chunks.push(chunk));
    let bytes = 0;
    for (const text of printed.slice(0, until)) {
      bytes += Buffer.byteLength(text);
      await lines.onOutput({ stream: 'stdout', text, bytes });
    }
    lines.leave();
    const from = chunks.at(-1)?.bytes ?? 0;
    const rest = Buffer.from(printed.join('')).subarray(from).toString();
    expect(textOf(chunks) + textOf(await handed([rest], { stored: textOf(chunks), from }))).toBe(whole);
  }
});

test('W4: the beginning of a line is shown when nothing has rewritten it for a moment', async () => {
  jest.useFakeTimers();
  try {
    const chunks: OutputChunk[] = [];
    const lines = terminalLines(NOTHING, { stdout: 0, stderr: 0 }, async (chunk) => void chunks.push(chunk));
    await lines.onOutput({ stream: 'stdout', text: 'computing … ', bytes: 14 });
    await lines.onOutput({ stream: 'stderr', text: '\r 10%', bytes: 5 });
    expect(chunks).toEqual([]);
    jest.runAllTimers();
    expect(chunks).toEqual([{ stream: 'stdout', text: 'computing … ', bytes: 14 }]);
    await lines.onOutput({ stream: 'stdout', text: 'done\n', bytes: 19 });
    expect(textOf(chunks)).toBe('computing … done\n');
  } finally {
    jest.useRealTimers();
  }
});

test('W4: what cannot be taken when a moment is over is said to whoever prints next', async () => {
  jest.useFakeTimers();
  try {
    const lines = terminalLines(NOTHING, { stdout: 0, stderr: 0 }, async () => {
      throw new Error('no database');
    });
    await lines.onOutput({ stream: 'stdout', text: 'a', bytes: 1 });
    await jest.runAllTimersAsync();
    await expect(lines.finish()).rejects.toThrow('no database');
  } finally {
    jest.useRealTimers();
  }
});

test('W4: a line without an end is held up to a bound, and nothing of it is lost', async () => {
  const chunks = await handed(
    Array.from({ length: 50 }, () => `\r${'x'.repeat(40_000)}${'y'.repeat(40_000)}`),
  );
  expect(Math.max(...chunks.map(({ text }) => text.length))).toBeLessThan(200_000);
  expect(await shown('z'.repeat(300_000))).toBe('z'.repeat(300_000));
});
