import { expect, test } from '@jest/globals';
import { quoted } from '../../../web/src/paper/passage.ts';

test('V46: a passage becomes a quotation above what is asked about it, and a long one its beginning', () => {
  expect(quoted({ text: 'one\ntwo', section: null }, 'About this:')).toBe('About this:\n> one\n> two\n\n');
  const long = quoted({ text: 'x'.repeat(5_000), section: null }, 'About this:');
  expect(long.length).toBeLessThan(1_300);
  expect(long).toMatch(/x…\n\n$/);
});
