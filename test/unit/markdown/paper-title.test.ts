import { expect, test } from '@jest/globals';
import { paperTitle } from '../../../src/domain/markdown/paper-title.ts';

test('V56: a paper is called by the heading that it begins with, without its marks; a template’s is no title', () => {
  expect(paperTitle('# *Darts* and `pi`\n\n<!-- At most 15 words. -->\n\n## Summary\n')).toBe('Darts and pi');
  expect(paperTitle('---\nlang: en\n---\n\nA wave\n======\n')).toBe('A wave');
  for (const none of ['', 'Words.\n', '# Title\n', '# 标题\n', '#\n', '## Summary\n\n# Late\n'])
    expect([none, paperTitle(none)]).toEqual([none, null]);
  expect(paperTitle(`# ${'x'.repeat(500)}\n`)).toBe(`${'x'.repeat(199)}…`);
});
