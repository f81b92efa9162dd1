import { expect, test } from '@jest/globals';
import type { Part, ToolPart } from '../../../src/domain/messages.ts';
import { answerItems } from '../../../web/src/conversation/answer-items.ts';
import { answer } from './log-of-a-turn.ts';

let calls = 0;
const call = (name: string, state: ToolPart['state'] = 'ok'): ToolPart => ({
  type: 'tool',
  toolCallId: `call ${calls++}`,
  name,
  arguments: {},
  state,
});
const text = (said: string): Part => ({ type: 'text', text: said });

/** `wrote 3` for a group of three, a call's name or a text for a part by itself. */
function laidOut(...steps: Part[][]): string[] {
  const messages = steps.map((parts, index) => answer(`a${index}`, 1, parts));
  return answerItems(messages).map((item) => {
    if (item.kind === 'group') return `${item.of} ${item.calls.length}`;
    return item.part.type === 'tool' ? item.part.name : 'text' in item.part ? item.part.text : '';
  });
}

test('V21: calls of one kind are one line, over the steps that made them', () => {
  const write = () => call('update_section_content');
  expect(laidOut([text('Now.'), write()], [write(), call('add_section')], [text('Done.')])).toEqual([
    'Now.',
    'wrote 3',
    'Done.',
  ]);
  expect(laidOut([call('tree'), call('read_file'), write(), write()])).toEqual(['looked 2', 'wrote 2']);
});

test('V21: an empty text between two calls, as servers send it, does not part them', () => {
  expect(laidOut([call('add_section')], [text('\n'), call('add_section')])).toEqual(['wrote 2']);
});

test('V21: what runs, what failed and what a person wants to see stands by itself', () => {
  expect(
    laidOut([call('add_section'), call('add_section', 'error'), call('add_section', 'running')]),
  ).toEqual(['add_section', 'add_section', 'add_section']);
  expect(laidOut([call('run_python'), call('run_python')], [call('code_agent')])).toEqual([
    'run_python',
    'run_python',
    'code_agent',
  ]);
});

test('each item has a name of its own, which a part keeps while more comes', () => {
  const keys = (...steps: Part[][]) =>
    answerItems(steps.map((parts, index) => answer(`a${index}`, 1, parts))).map((item) => item.key);
  const before = keys([text('a'), call('run_python')]);
  const after = keys([text('a'), call('run_python')], [text('b')]);
  expect(after.slice(0, 2)).toEqual(before);
  expect(new Set(after).size).toBe(3);
});
