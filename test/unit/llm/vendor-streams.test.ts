import { expect, test } from '@jest/globals';
import { callsInText } from '../../../src/llm/answers/calls-in-text.ts';
import { createChatAnswer } from '../../../src/llm/answers/chat-answer.ts';
import { meaningOf } from '../../../src/llm/answers/finish-reason.ts';
import { createResponsesAnswer } from '../../../src/llm/answers/responses-answer.ts';
import { readUsage } from '../../../src/llm/answers/usage.ts';
import { waitAsked } from '../../../src/llm/waits.ts';

const isTool = (name: string) => name === 'tree' || name === 'run_python';

function answerTo(...deltas: object[]) {
  const answer = createChatAnswer(isTool);
  for (const delta of deltas) answer.take({ choices: [{ index: 0, delta }] });
  answer.flush();
  return answer.soFar();
}
const piece = (index: number, fn: object, id?: string) => ({ tool_calls: [{ index, id, function: fn }] });

test('M10: content in parts is thoughts and text', () => {
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] };
  expect(answerTo({ content: [thinking] }, { content: [{ type: 'text', text: 'Yes' }] })).toMatchObject({
    reasoning: 'hm',
    text: 'Yes',
  });
});

test('M12: reasons are done, too long, filtered, or broken; an unknown one is broken', () => {
  expect(meaningOf('eos_token', false)).toBe('stop');
  expect(meaningOf('stop', true)).toBe('tool_calls');
  expect(meaningOf('model_length', false)).toBe('length');
  expect(meaningOf('SAFETY', false)).toBe('content_filter');
  expect(meaningOf('malformed_function_call', false)).toBe('broken');
});

test('M13: thinking in the content is reasoning, however it is cut; a tag that is spoken of is text', () => {
  const text = '<think>why</think>\n\nAnswer';
  for (let at = 0; at <= text.length; at += 1) {
    const cut = answerTo({ content: text.slice(0, at) }, { content: text.slice(at) });
    expect([cut.reasoning, cut.text.trim()]).toEqual(['why', 'Answer']);
  }
  expect(answerTo({ content: 'why\n</think>\nAnswer' })).toMatchObject({
    reasoning: 'why\n',
    text: 'Answer',
  });
  for (const spoken of ['Use `<think>` tags', 'The tag "</think>"\nends it']) {
    expect(answerTo({ content: spoken })).toMatchObject({ reasoning: '', text: spoken });
  }
});

test('M13: a call as text is carried out where it parses and is the end', () => {
  const call = '<tool_call>\n{"name": "tree", "arguments": {"path": "a"}}\n</tool_call>';
  expect(callsInText(`Looking.\n${call}`, isTool)).toEqual({
    kind: 'calls',
    text: 'Looking.',
    calls: [{ name: 'tree', arguments: '{"path":"a"}' }],
  });
  const qwen = '<function=run_python>\n<parameter=code>\nprint(1)\n</parameter>\n</function>';
  expect(callsInText(qwen, isTool)).toMatchObject({ calls: [{ arguments: '{"code":"print(1)"}' }] });
  expect(callsInText('[TOOL_CALLS][{"name":"tree","arguments":{}}]', isTool).kind).toBe('calls');
  expect(callsInText('<tool_call>{"name": "tr', isTool).kind).toBe('unreadable');
  expect(callsInText(`\`\`\`\n${call}\n\`\`\``, isTool).kind).toBe('none');
});

test('M14: ids that change, names in pieces, an empty object first and two objects under one index', () => {
  expect(
    answerTo(
      piece(0, { name: 'run_', arguments: '' }, 'a'),
      piece(0, { name: 'python', arguments: '{}' }, 'a'),
    ).toolCalls,
  ).toEqual([{ name: 'run_python', arguments: '{}' }]);
  expect(
    answerTo(piece(0, { name: 'tree', arguments: '{"pa' }, 'a'), piece(0, { arguments: 'th":1}' }, 'b'))
      .toolCalls,
  ).toEqual([{ name: 'tree', arguments: '{"path":1}' }]);
  expect(
    answerTo(piece(0, { name: 'tree', arguments: '{}' }, 'a'), piece(0, { arguments: '{"path":1}' }))
      .toolCalls,
  ).toEqual([{ name: 'tree', arguments: '{"path":1}' }]);
  expect(answerTo(piece(0, { name: 'tree', arguments: '{"path":1}{"path":2}' }, 'a')).toolCalls).toEqual([
    { name: 'tree', arguments: '{"path":1}' },
    { name: 'tree', arguments: '{"path":2}' },
  ]);
});

test('M8: reasoning and signatures are kept as they came', () => {
  const extra = { google: { thought_signature: 'sig' } };
  const kept = answerTo(
    { reasoning_content: 'a' },
    { reasoning_content: 'b' },
    {
      tool_calls: [{ index: 0, id: 'x', extra_content: extra, function: { name: 'tree', arguments: '{}' } }],
    },
  );
  expect(kept.returned).toEqual({ message: { reasoning_content: 'ab' }, calls: [{ extra_content: extra }] });
});

test('M9: a stream of the Responses API is text, calls, usage and items that go back', () => {
  const answer = createResponsesAnswer();
  const call = { type: 'function_call', id: 'fc', call_id: 'c', name: 'tree', arguments: '{"path":null}' };
  const reasoning = { type: 'reasoning', id: 'rs', encrypted_content: 'x' };
  for (const event of [
    { type: 'response.created', response: {} },
    { type: 'response.output_item.done', output_index: 0, item: reasoning },
    { type: 'response.output_item.added', output_index: 1, item: { ...call, arguments: '' } },
    { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc', delta: '{"path":' },
    { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc', delta: 'null}' },
    { type: 'response.output_item.done', output_index: 1, item: call },
    {
      type: 'response.completed',
      response: { status: 'completed', usage: { input_tokens: 5, output_tokens: 2 } },
    },
  ])
    answer.take(event);
  expect(answer.isOver()).toBe(true);
  expect(answer.soFar()).toMatchObject({
    toolCalls: [{ name: 'tree', arguments: '{"path":null}' }],
    usage: { inputTokens: 5, outputTokens: 2 },
    returned: { output: [reasoning, call] },
  });
});

test('M17: waits are read from headers, bodies and words', () => {
  const wait = (headers: Record<string, string>, body = '') => waitAsked({ headers, body }, 0);
  expect(wait({ 'x-ratelimit-reset-requests': '6m0s' })).toBe(360_000);
  expect(wait({}, '{"retryDelay": "26s"}')).toBe(26_000);
  expect(wait({}, 'Please retry in 26.6s.')).toBe(26_600);
  expect(wait({})).toBeUndefined();
});

test('M20, SR-H7: usage in vendors’ forms; what is no count is none', () => {
  expect(
    readUsage({ prompt_tokens: 100, completion_tokens: 5, total_tokens: 125, prompt_cache_hit_tokens: 60 }),
  ).toEqual({ inputTokens: 100, outputTokens: 25, cachedTokens: 60 });
  for (const bad of [1.5, 1e300, -4, '7'])
    expect(readUsage({ prompt_tokens: bad, completion_tokens: 5 })).toBeUndefined();
});
