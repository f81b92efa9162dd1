import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readArguments } from '../../../src/activities/mending/mend-arguments.ts';
import { MOST_MENDED } from '../../../src/activities/mending/mend-text.ts';
import { parseCodeAgent, parseRunPython } from '../../../src/agents/tool-definitions.ts';
import { withBench } from './context.ts';

/** What no paper may hold: any control character but a line break, and a tab where a line begins. */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\r(?!\n)|[^\s][ \t]*\t/u;

const pieces = fc.constantFrom(
  ...['\f', '\b', '\t', '\r', '\n', '\r\n', '\0', '\u001b', '\u007f', '\u0085', '\u000b'],
  ...[
    'rac{1}{2}',
    'eta',
    'abla',
    'heta',
    'ho',
    'o',
    'u',
    'word',
    ' ',
    '$',
    '$$',
    '# T',
    '```',
    '\\n',
    '\\',
    '漢',
    '"',
  ],
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
const calls = fc.oneof(
  fc.record({
    tool: fc.constant('writemd'),
    content: texts,
    mode: fc.constantFrom('write', 'append', 'prepend'),
  }),
  fc.record({
    tool: fc.constant('update_section_content'),
    section: fc.constant('Methods'),
    content: texts,
    mode: fc.constantFrom('replace', 'append', 'prepend'),
  }),
  fc.record({
    tool: fc.constant('add_section'),
    title: texts,
    level: fc.constantFrom(1, 2, 3),
    content: texts,
  }),
  fc.record({ tool: fc.constant('rename_section_title'), section: fc.constant('Methods'), new_title: texts }),
  fc.record({ tool: fc.constant('write_file'), path: fc.constant('paper.md'), content: texts }),
);

test('M15: whatever a model writes, no control character reaches a paper', async () => {
  await withBench(async ({ attempt, text, workspace }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(calls, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (made, isMended) => {
          await workspace.write('paper.md', Buffer.from('# Paper\n\n## Methods\n\nText.\n'));
          for (const { tool, ...args } of made) {
            const given = tool === 'write_file' ? args : { ...args, file: 'paper.md' };
            const sent = isMended ? readArguments(tool, JSON.stringify(given)) : given;
            const result = await attempt(tool, sent, { agent: tool === 'write_file' ? 'call-1' : 'main' });
            expect(result.result).not.toBe('');
          }
          expect(await text('paper.md')).not.toMatch(FORBIDDEN);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('M15: a control character is refused with a reason, however long the text is', async () => {
  await withBench(async ({ attempt, workspace }) => {
    for (const content of ['a \foo', `${'x'.repeat(MOST_MENDED)}\frac{1}{2}`]) {
      const sent = readArguments('writemd', JSON.stringify({ file: 'a.md', content, mode: 'write' }));
      const { ok, result } = await attempt('writemd', sent);
      expect(ok).toBe(false);
      expect(result).toMatch(/"content" holds the control character U\+000C \(form feed\) before "/);
      expect(result).toContain('a backslash is written twice');
    }
    const tab = `${'x'.repeat(MOST_MENDED)}\ty`;
    expect((await attempt('writemd', { file: 'a.md', content: tab, mode: 'write' })).result).toMatch(
      /has a tab in the middle of a line, before "y"\. Use spaces there\./,
    );
    expect((await workspace.snapshot()).size).toBe(0);
  });
  for (const problem of [
    parseCodeAgent({ task: 'compute \u001b[1m' }),
    parseRunPython({ code: 'print("\u0007")' }),
  ]) {
    expect(problem).toMatchObject({ ok: false, problem: expect.stringContaining('control character U+00') });
  }
});

test('M15: tabs are data in a file that is no Markdown', async () => {
  await withBench(async ({ attempt, text }) => {
    const sent = readArguments(
      'write_file',
      JSON.stringify({ path: 'data/x.tsv', content: 'a\tb\r\n1\t2\r\n' }),
    );
    expect(await attempt('write_file', sent, { agent: 'call-1' })).toMatchObject({ ok: true });
    expect(await text('data/x.tsv')).toBe('a\tb\r\n1\t2\r\n');
  });
});

test('M15: numbers as strings, strings as numbers, other cases of a mode, and the word null are understood', async () => {
  await withBench(async ({ attempt, text }) => {
    const content = 'Text.';
    const made = [
      ['writemd', { file: 'a.md', content: '# T\n', mode: ' Write' }],
      ['add_section', { file: 'a.md', title: 2026, level: '2', content, after: 'null' }],
      ['add_section', { file: 'a.md', title: 'Last', level: 2.0, content, after: '' }],
      ['read_file', { path: 'a.md', offset: '1', limit: 'null' }],
      ['tree', { path: '' }],
    ] as const;
    for (const [tool, args] of made) expect(await attempt(tool, args)).toMatchObject({ ok: true });
    expect(await text('a.md')).toBe('# T\n\n## 2026\n\nText.\n\n## Last\n\nText.\n');
    for (const level of ['two', '2.5', '', true, [2]]) {
      const args = { file: 'a.md', title: 'x', level, content, after: null };
      expect(await attempt('add_section', args)).toMatchObject({ ok: false });
    }
  });
});
