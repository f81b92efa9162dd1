/** What hostile or enormous Markdown costs: processes that serve others read it. */
import { expect, test } from '@jest/globals';
import { paperOutline } from '../../../src/activities/context/opening.ts';
import { describeOutline } from '../../../src/activities/tools/section-texts.ts';
import { guidedOutline } from '../../../src/domain/markdown/guidance.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { plainText } from '../../../src/domain/markdown/plain-text.ts';
import { macrosOf } from '../../../src/domain/markdown/tex.ts';
import { MOST_MARKDOWN_CHARACTERS, UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';
import { markdownBlocks } from '../../../web/src/markdown/blocks.ts';
import { withBench } from '../tools/context.ts';

/** Characters that were looked at while `work` ran: a parser's steps, whatever the machine does beside. */
function steps(work: () => void): number {
  const { charCodeAt, indexOf, slice } = String.prototype;
  let count = 0;
  String.prototype.indexOf = function counted(this: string, sought: string, from = 0) {
    const at = indexOf.call(this, sought, from);
    count += Math.max(0, (at < 0 ? this.length : at) - from);
    return at;
  };
  String.prototype.slice = function counted(this: string, from?: number, to?: number) {
    const part = slice.call(this, from, to);
    count += part.length;
    return part;
  };
  String.prototype.charCodeAt = function counted(this: string, at: number) {
    count += 1;
    return charCodeAt.call(this, at);
  };
  try {
    work();
  } catch (error) {
    if (!(error instanceof UnreadableMarkdown)) throw error;
  } finally {
    Object.assign(String.prototype, { charCodeAt, indexOf, slice });
  }
  return count;
}

test.each([
  '- ',
  '* ',
  '1. ',
  '> ',
  '> - ',
  '# a\n',
  'a\n=\n',
  '- a\n',
  '> a\n',
  '- a\n\n',
  '[a]: b\n',
  '[a',
  '`',
  '```\n',
  '<!-- ',
  '<!-- a\n\n',
  '<div>\n',
  '$$\n\n',
  '$$\na\n=\n$$\n\n',
  '$$a\n',
  '$$\n',
  '$',
  '\\[\n',
  '\\[a\n',
  '\\[a\n\n',
  '\\begin{align}\n',
  '> $$\n',
  '| $|x ',
  '| \\( ',
  '| ` ',
  '![a](b c',
  '[^a]: b\n',
  'a[^a',
  '\\newcommand{\\a}{',
  '- a\n> b\n',
  '\t',
  '&amp;',
])('the steps to outline %j again and again grow with their number, and no faster', (piece) => {
  const few = steps(() => guidedOutline(`${piece.repeat(1_000)}a`));
  const many = steps(() => guidedOutline(`${piece.repeat(8_000)}a`));
  expect(many).toBeLessThan(12 * few + 10_000);
});

test.each([
  '$a ',
  '$$',
  '\\(',
  '\\[',
  '\\[a b ',
  '\\(\\)',
  '| $|x ',
  '![a](b c',
  '^[a] ',
  'x$',
  '\\newcommand{\\a}{',
])('the steps to show %j again and again grow with their number, and no faster', (piece) => {
  const show = (times: number) => {
    const source = `${piece.repeat(times)}a`;
    macrosOf(source);
    markdownBlocks(source, 'document');
  };
  const few = steps(() => show(500));
  const many = steps(() => show(4_000));
  expect(many).toBeLessThan(12 * few + 10_000);
});

test.each([
  '[',
  '![',
  '[a](',
  '*a_ ',
  'a**bc* ',
  '<!--',
  '`',
  '&amp;',
  '$a ',
  '\\(',
  '\\[a b ',
  '^[',
  '![a](b c',
])('a title of %j again and again is plain text in a bounded number of steps', (piece) => {
  for (const length of [990, 100_000]) {
    const title = piece.repeat(length / piece.length);
    expect(steps(() => plainText(`${title}a`))).toBeLessThan(1_000_000);
  }
});

test('a text that is too long for an outline is refused with what to do', () => {
  const longest = `# a\n${'b'.repeat(MOST_MARKDOWN_CHARACTERS - 4)}`;
  expect(outline(longest)).toHaveLength(1);
  expect(() => outline(`${longest}b`)).toThrow(/only one of up to 524288 .* split it into several files/);
});

test('quotes and lists that stand in each other too deeply are refused; ten are fine', () => {
  expect(outline(`${'- '.repeat(10)}a\n\n${'> '.repeat(10)}a\n\n# b\n`)).toHaveLength(1);
  for (const mark of ['- ', '> ', '1. ', '>']) {
    expect(() => outline(`${mark.repeat(8_000)}a\n\n# b\n`)).toThrow(UnreadableMarkdown);
  }
});

test('R6: a tool says why it cannot find sections; what writemd wrote is written', async () => {
  await withBench(async ({ attempt, text }) => {
    const content = `# A\n\n${'- '.repeat(8_000)}a\n`;
    const written = await attempt('writemd', { file: 'paper.md', content, mode: 'write' });
    expect(written).toMatchObject({ ok: true, result: expect.stringContaining('too deeply') });
    expect(await text('paper.md')).toBe(content);
    for (const [tool, args] of [
      ['analyze_template', { file: 'paper.md' }],
      ['get_section_content', { file: 'paper.md', section: 'A' }],
      ['update_section_content', { file: 'paper.md', section: 'A', content: 'b', mode: 'append' }],
    ] as const) {
      expect(await attempt(tool, args)).toMatchObject({
        ok: false,
        result: expect.stringContaining('too deeply'),
      });
    }
  });
});

test('a paper without an outline costs the model its outline, not the step', async () => {
  await withBench(async ({ workspace }) => {
    const outlineOf = async (path: string, source: string) => describeOutline(path, source);
    expect(await paperOutline(workspace, outlineOf)).toBe('');
    await workspace.write('paper.md', 'a\n'.repeat(300_000));
    expect(await paperOutline(workspace, outlineOf)).toMatch(
      /^\(paper.md has no outline\. This text has 600000 characters/,
    );
    await workspace.write('paper.md', 'a\n'.repeat(1_200_000));
    expect(await paperOutline(workspace, outlineOf)).toMatch(/^\(paper.md has no outline: .*2400000 bytes/);
  });
});
