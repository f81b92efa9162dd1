import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringArgument } from '../../../web/src/conversation/draft.ts';
import { readableDuration } from '../../../web/src/conversation/readable-duration.ts';
import { isSendKey } from '../../../web/src/conversation/send-key.ts';
import { figuresOf, summarise } from '../../../web/src/conversation/tool-summary.ts';

test('U7: code is readable while its JSON is still being written, wherever it breaks off', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (code, cut) => {
      const json = JSON.stringify({ filename: 'a.py', code, timeoutSeconds: null });
      const shown = stringArgument(json.slice(0, cut % (json.length + 1)), 'code');
      // Half of a surrogate pair may stand at the break; the next piece completes it.
      if (shown !== undefined) expect(code.startsWith(shown.replace(/[\ud800-\udbff]$/, ''))).toBe(true);
      expect(stringArgument(json, 'code')).toBe(code);
    }),
  );
});

test('an argument that is not there yet, or is no string, is none', () => {
  expect(stringArgument('{"fi', 'file')).toBeUndefined();
  expect(stringArgument({ file: 3 }, 'file')).toBeUndefined();
  expect(stringArgument({ file: 'a' }, 'file')).toBe('a');
});

test('a card names its file, section or task; a tool that the page does not know shows its arguments', () => {
  const part = { type: 'tool' as const, toolCallId: 't', state: 'ok' as const };
  const subject = (name: string, args: Record<string, unknown>) =>
    summarise({ ...part, name, arguments: args }).subject;
  expect(subject('update_section_content', { file: 'paper.md', section: 'Results', content: 'x' })).toBe(
    'Results',
  );
  expect(subject('writemd', { file: 'paper.md', content: 'x' })).toBe('paper.md');
  expect(subject('get_section_content', { file: 'p.md', section: 'Results' })).toBe('p.md › Results');
  expect(subject('rename_section_title', { file: 'p.md', section: 'A', new_title: 'B' })).toBe(
    'p.md › A → B',
  );
  expect(subject('code_agent', { task: 'first\nsecond' })).toBe('first');
  // H3: how far a plan is, and its steps; a model may send anything.
  const steps = [
    { step: 'Read', status: 'completed' },
    { step: 'Write', status: 'in_progress' },
    7,
    { step: 1 },
  ];
  expect(summarise({ ...part, name: 'update_plan', arguments: { steps } })).toMatchObject({
    subject: '1/2 Write',
    body: { text: '✓ Read\n▸ Write' },
  });
  for (const args of ['{"steps":[', { steps: null }, { steps: [null] }])
    expect(summarise({ ...part, name: 'update_plan', arguments: args })).toMatchObject({
      subject: '',
      body: null,
    });
  expect(summarise({ ...part, name: 'mcp_thing', arguments: { a: 1 } }).body?.text).toContain('"a": 1');
  expect(summarise({ ...part, name: 'mcp_thing', arguments: {} }).body).toBeNull();
});

test('figures are the images that a call made or changed, not those it removed', () => {
  const files = [
    { path: 'images/a.png', change: 'added' as const },
    { path: 'images/b.SVG', change: 'changed' as const },
    { path: 'images/c.png', change: 'removed' as const },
    { path: 'data.csv', change: 'added' as const },
  ];
  const part = {
    type: 'tool' as const,
    toolCallId: 't',
    name: 'run_python',
    arguments: {},
    state: 'ok' as const,
  };
  expect(figuresOf({ ...part, files }).map((file) => file.path)).toEqual(['images/a.png', 'images/b.SVG']);
});

test('durations read as people say them', () => {
  expect([0, 80, 999, 3_240, 45_400, 125_000, 11_040_000].map(readableDuration)).toEqual([
    '0 s',
    '80 ms',
    '999 ms',
    '3.2 s',
    '45 s',
    '2 min 5 s',
    '3 h 4 min',
  ]);
});

test('U3: Enter sends; with Shift, or inside an input method, it does not', () => {
  const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };
  expect(isSendKey(enter)).toBe(true);
  expect(isSendKey({ ...enter, shiftKey: true })).toBe(false);
  expect(isSendKey({ ...enter, isComposing: true })).toBe(false);
  expect(isSendKey({ ...enter, keyCode: 229 })).toBe(false);
  expect(isSendKey({ ...enter, key: 'a' })).toBe(false);
});
