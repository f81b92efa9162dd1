import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { outputInOrder } from '../../../src/sandbox/output-in-order.ts';

test('S5: a log read again from its start, from wherever its reader stopped, gives each byte once', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), fc.integer({ min: 1, max: 7 }), async (whole, cut, size) => {
      const bytes = Buffer.from(whole);
      const characters = [...whole];
      // A reader stops behind a whole character, for that is all it is ever given.
      const stopped = Buffer.byteLength(characters.slice(0, cut % (characters.length + 1)).join(''));
      let shown = bytes.toString('utf8', 0, stopped);
      let at = stopped;
      const output = outputInOrder({ stdout: stopped, stderr: 0 }, async (chunk) => {
        shown += chunk.text;
        at = chunk.bytes;
      });
      for (let offset = 0; offset < bytes.length; offset += size)
        await output.add('stdout', offset, bytes.subarray(offset, offset + size));
      await output.finish();
      expect(shown).toBe(whole);
      expect(at).toBe(bytes.length);
    }),
  );
});

test('S5: output that the log has lost is named, and what follows it is shown', async () => {
  const shown: string[] = [];
  const output = outputInOrder({ stdout: 3, stderr: 0 }, async (chunk) => void shown.push(chunk.text));
  await output.add('stdout', 10, Buffer.from('later\n'));
  await output.finish();
  expect(shown).toEqual(['\n[7 bytes of output were lost while nobody was reading]\n', 'later\n']);
});
