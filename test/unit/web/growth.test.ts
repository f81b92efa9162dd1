/** The paper as it grows while the agent writes (V5). */
import { expect, test } from '@jest/globals';
import { emptyConversation } from '../../../src/domain/reducer.ts';
import { grown } from '../../../web/src/paper/growth.ts';
import {
  isBeingWritten,
  notYetRead,
  type PaperCall,
  paperCalls,
} from '../../../web/src/paper/paper-calls.ts';
import { answer } from './log-of-a-turn.ts';

const PAPER = `# Title

## Summary

<!-- 100 words. -->

## Results

Old words.

## Discussion

<!-- What it means. -->
`;

/** A call of which the model has written so many characters of the arguments; all of them where none is said. */
function call(name: string, args: Record<string, unknown>, written?: number): PaperCall {
  const whole = JSON.stringify({ file: 'paper.md', ...args });
  return { id: name, name, arguments: whole.slice(0, written ?? whole.length) };
}

test('V5: a section that is being written stands at its place, word by word, and its guidance gives way', () => {
  const args = { section: 'Summary', content: 'We measured the **wave**.', mode: 'replace' };
  const whole = JSON.stringify({ file: 'paper.md', ...args }).length;
  const seen = new Set<string>();
  for (let written = 0; written <= whole; written += 1) {
    const text = grown(PAPER, [call('update_section_content', args, written)]);
    expect(text.startsWith('# Title\n\n## Summary\n\n')).toBe(true);
    expect(text).toContain('## Results\n\nOld words.\n\n## Discussion');
    seen.add(text.slice(text.indexOf('Summary') + 7, text.indexOf('## Results')).trim());
  }
  expect([...seen].slice(0, 4)).toEqual(['<!-- 100 words. -->', '', 'W', 'We']);
  expect([...seen].at(-1)).toBe('We measured the **wave**.');
});

test('V5: until the model says whether it adds or replaces, nothing that can be read goes away', () => {
  const args = { section: 'Results', content: 'New words.', mode: 'replace' };
  const before = JSON.stringify({ file: 'paper.md', section: 'Results', content: 'New words.' }).length;
  expect(grown(PAPER, [call('update_section_content', args, before)])).toContain('Old words.\n\nNew words.');
  const after = grown(PAPER, [call('update_section_content', args)]);
  expect(after).toContain('New words.');
  expect(after).not.toContain('Old words.');
});

test.each([
  ['a code fence', 'Text\n\n```python\nprint(1)', '```python\nprint(1)\n```'],
  ['a longer fence', 'Text\n\n~~~~\n~~~\nx', '~~~~\n~~~\nx\n~~~~'],
  ['a formula', 'Text\n\n$$\nx^2', '$$\nx^2\n$$'],
  ['a comment', 'Text <!-- to be', 'Text <!-- to be -->'],
])('V5: %s that is still open does not swallow the sections behind it', (_, content, shown) => {
  const text = grown(PAPER, [call('update_section_content', { section: 'Summary', content })]);
  expect(text).toContain(shown);
  expect(text).toContain('\n## Results\n\nOld words.');
});

test('V5: all calls of one answer stand in the paper, in order, each where its tool will put it', () => {
  const text = grown(PAPER, [
    call('rename_section_title', { section: 'Discussion', new_title: 'Meaning' }),
    call('add_section', { title: 'Method', level: 2, content: '## Method\n\nBy hand.', after: 'Summary' }),
    call('update_section_content', { section: 'Meaning', content: 'Much.', mode: 'append' }),
    call('writemd', { content: 'The end.', mode: 'append' }),
  ]);
  expect(text.replace(/<!--.*-->/g, '').replace(/\n+/g, '\n')).toBe(
    '# Title\n## Summary\n## Method\nBy hand.\n## Results\nOld words.\n## Meaning\nMuch.\nThe end.\n',
  );
});

test('V5: a new document takes the place of a template nobody has written in, not of a text', () => {
  const draft = (content: string) => call('writemd', { content });
  expect(grown('# Title\n\n<!-- Short. -->\n', [draft('# Waves')])).toBe('# Waves');
  expect(grown('Notes.\n', [draft('# Waves')])).toBe('Notes.\n\n# Waves\n');
  expect(grown(PAPER, [draft('# Waves')])).toBe(`${PAPER}\n# Waves\n`);
  expect(grown(PAPER, [call('writemd', { content: '# Waves', mode: 'write' })])).toBe('# Waves');
});

test('a call that cannot be carried out leaves the paper as it is', () => {
  for (const one of [
    call('update_section_content', { section: 'No such', content: 'x', mode: 'replace' }),
    call('update_section_content', { content: 'x' }),
    call('add_section', { title: 'New', content: 'x' }),
  ]) {
    expect(grown(PAPER, [one])).toBe(PAPER);
  }
});

function conversationOf(parts: Parameters<typeof answer>[2], agent?: string) {
  const message = answer('a', 1, parts, agent === undefined ? {} : { agent });
  return { ...emptyConversation, runningTurn: 1, messages: [message] };
}

test("the main agent's calls on paper.md are the paper's, and no failed ones", () => {
  const part = {
    type: 'tool' as const,
    toolCallId: 'c',
    name: 'writemd',
    arguments: { file: 'paper.md', content: 'x' },
    state: 'running' as const,
  };
  const changed = { path: 'paper.md', size: 1, sha256: 'two', change: 'changed' as const };
  expect(isBeingWritten(paperCalls(conversationOf([part])))).toBe(true);
  expect(paperCalls(conversationOf([{ ...part, arguments: { file: 'notes.md' } }]))).toEqual([]);
  expect(paperCalls(conversationOf([part], 'code agent'))).toEqual([]);
  expect(paperCalls(conversationOf([{ ...part, state: 'error' }]))).toEqual([]);
  const made = paperCalls(conversationOf([{ ...part, state: 'ok', files: [changed] }]));
  expect(made.map(({ made }) => made)).toEqual(['two']);
  expect(isBeingWritten(made)).toBe(false);
});

test('a call stays in sight until the page has read what it made, and is then never shown twice', () => {
  const noted = new Map<string, string | null | undefined>();
  const one = { ...call('writemd', {}), id: '1', made: 'one' };
  const two = { ...call('writemd', {}), id: '2', made: 'two' };
  const three = { ...call('writemd', {}), id: '3' };
  const ids = (calls: PaperCall[], etag: string) => notYetRead(calls, etag, noted).map(({ id }) => id);
  expect(ids([one, three], 'none')).toEqual(['1', '3']);
  expect(ids([one, two, three], 'none')).toEqual(['1', '2', '3']);
  expect(ids([one, two, three], 'one')).toEqual(['2', '3']);
  expect(ids([one, two, three], 'two')).toEqual(['3']);
  // Read before its end was told, and read after somebody else has written as well.
  expect(ids([one, two, { ...three, made: 'three' }], 'three')).toEqual([]);
  const four = { ...three, id: '4', made: 'four' };
  expect(ids([four], 'three')).toEqual(['4']);
  expect(ids([four], "a person's")).toEqual([]);
});

test('V5: what a turn has written stays in sight after its end until the page has read it; of one that had ended before nothing is drawn', () => {
  const written = { ...call('writemd', {}), id: '1' };
  const over = { ...written, made: 'one', over: true as const };
  const seen = new Map<string, string | null | undefined>();
  const ids = (calls: PaperCall[], etag: string) => notYetRead(calls, etag, seen).map(({ id }) => id);
  expect(ids([written], 'none')).toEqual(['1']);
  expect(ids([over], 'none')).toEqual(['1']);
  expect(ids([over], 'one')).toEqual([]);
  expect(notYetRead([over], "a person's", new Map())).toEqual([]);

  const part = {
    ...{ type: 'tool' as const, toolCallId: 'c', name: 'writemd', state: 'ok' as const },
    arguments: { file: 'paper.md', content: 'x' },
    files: [{ path: 'paper.md', size: 1, sha256: 'two', change: 'changed' as const }],
  };
  const usage = { inputTokens: 1, outputTokens: 1 };
  const ended = {
    ...conversationOf([part]),
    ...{ runningTurn: null, outcomes: [{ turn: 1, outcome: 'done' as const, usage }] },
  };
  expect(paperCalls(ended).map(({ made, over }) => [made, over])).toEqual([['two', true]]);
});
