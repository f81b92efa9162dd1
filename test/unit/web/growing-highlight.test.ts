import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createGrowingHighlight } from '../../../web/src/markdown/highlight.ts';

const CODE = `import numpy as np  # points
TEXT = """A text
that goes on & on <b>
over lines"""
def draw(n: int = 3) -> None:
    print(f"{n} points", r'\\\\d')

draw(2)
`;

/** What a reader sees of it, and its colours one by one. */
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

test('V26: code has its colours while it is written, those that it has when it stands', async () => {
  const whole = (await createGrowingHighlight('python'))(CODE).pieces.join('');
  expect(textOf(whole)).toBe(CODE);
  expect(whole).toContain('--shiki-light:');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (steps) => {
      const colour = await createGrowingHighlight('python');
      let end = 0;
      let before: readonly string[] = [];
      for (const step of [...steps, CODE.length]) {
        end = Math.min(CODE.length, end + step);
        const { pieces, length } = colour(CODE.slice(0, end));
        // Only whole lines are coloured, and what is coloured stays as it is.
        expect(CODE.slice(0, length)).toBe(textOf(pieces.join('')));
        expect(pieces.slice(0, before.length)).toEqual(before);
        before = pieces;
      }
      expect(before.join('')).toBe(whole);
    }),
    { numRuns: 30 },
  );
});

test('V26: other code than before begins anew', async () => {
  const colour = await createGrowingHighlight('python');
  colour('first = 1\n');
  expect(textOf(colour('other = 2\nx').pieces.join(''))).toBe('other = 2\n');
});
