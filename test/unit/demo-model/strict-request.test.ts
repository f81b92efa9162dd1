import { expect, test } from '@jest/globals';
import { checkStrictRequest } from '../../../src/demo-model/strict-request.ts';
import { checkStrictSchema } from '../../../src/demo-model/strict-schema.ts';
import { safeToolName } from '../../../src/llm/safe-tool-name.ts';

const call = (id: string, name = 'tree', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const user = { role: 'user', content: 'hello' };
const asks = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id)),
});
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: '' });
const check = (messages: unknown[], more = {}) => checkStrictRequest({ model: 'm', messages, ...more });

test('P12: a whole conversation with calls and results is strict', () => {
  const messages = [
    { role: 'system', content: 'be brief' },
    user,
    asks('a', 'b'),
    result('b'),
    result('a'),
    { role: 'assistant', content: 'done' },
    user,
  ];
  expect(check(messages)).toEqual([]);
});

const wrong: [string, unknown[], RegExp][] = [
  ['a call without a result', [user, asks('a')], /ends before the call "a" is answered/],
  [
    'a user who speaks before the result',
    [user, asks('a'), user, result('a')],
    /user speaks before the call "a"/,
  ],
  ['a result that nobody asked for', [user, result('a')], /answers "a", which is no open call/],
  ['a result given twice', [user, asks('a'), result('a'), result('a')], /answers "a", which is no open call/],
  ['one id for two calls', [user, asks('a', 'a'), result('a')], /"a" is used twice/],
  ['one id in two steps', [user, asks('a'), result('a'), asks('a'), result('a')], /"a" is used twice/],
  ['an unknown role', [{ role: 'bot', content: 'x' }], /messages\.0/],
  ['an unknown field', [{ ...user, agent: 'main' }], /messages\.0/],
  ['an empty user message', [{ role: 'user', content: '' }], /is empty/],
  [
    'an assistant who says and calls nothing',
    [user, { role: 'assistant', content: null }],
    /says and calls nothing/,
  ],
  ['empty text beside a call', [user, { ...asks('a'), content: '' }, result('a')], /is empty/],
  ['an empty list of calls', [user, { role: 'assistant', content: 'x', tool_calls: [] }], /tool_calls/],
  [
    'an impossible function name',
    [user, { ...asks(), tool_calls: [call('a', 'run python')] }, result('a')],
    /no function name/,
  ],
  [
    'arguments that are no object',
    [user, { ...asks(), tool_calls: [call('a', 'tree', '[1')] }, result('a')],
    /JSON object/,
  ],
  ['a call id longer than 40', [user, asks('x'.repeat(41)), result('x'.repeat(41))], /messages\.1/],
  ['half an emoji', [{ role: 'user', content: '🥧'.slice(0, 1) }], /lone surrogate/],
  ['no message', [], /messages/],
];
test.each(wrong)('P12: %s is not strict', (_name, messages, problem) => {
  expect(check(messages).join('\n')).toMatch(problem);
});

test('P12: usage is asked for only in a stream', () => {
  const usage = { stream_options: { include_usage: true } };
  expect(check([user], usage).join()).toMatch(/only with stream/);
  expect(check([user], { stream: true, ...usage })).toEqual([]);
});

const schema = {
  type: 'object',
  properties: { path: { type: ['string', 'null'], description: 'where' } },
  required: ['path'],
  additionalProperties: false,
};

test('P12: two tools of one name, or a loose schema that claims to be strict, are not strict', () => {
  const tool = { type: 'function', function: { name: 'tree', strict: true, parameters: schema } };
  expect(check([user], { tools: [tool] })).toEqual([]);
  expect(check([user], { tools: [tool, tool] }).join()).toMatch(/"tree" is used twice/);
  const loose = { ...tool, function: { ...tool.function, parameters: { ...schema, required: [] } } };
  expect(check([user], { tools: [loose] }).join()).toMatch(/path: is not in required/);
  expect(check([user], { tools: [{ ...loose, function: { ...loose.function, strict: false } }] })).toEqual(
    [],
  );
});

test.each([
  ['open objects', { ...schema, additionalProperties: true }, /additionalProperties is not false/],
  ['an optional property', { ...schema, required: [] }, /path: is not in required/],
  ['a required property that is not there', { ...schema, required: ['path', 'x'] }, /requires "x"/],
  [
    'a keyword outside the subset',
    { ...schema, properties: { path: { type: 'string', default: 'x' } } },
    /"default"/,
  ],
  ['an array at the top', { type: 'array' }, /not an object's schema/],
  [
    'an open object deep inside',
    { ...schema, properties: { path: { type: 'array', items: { type: ['object', 'null'] } } } },
    /path\[\]: additionalProperties/,
  ],
])('P12: %s make a schema loose', (_name, loose, problem) => {
  expect(checkStrictSchema(loose, 'tool').join('\n')).toMatch(problem);
});

test('P12: a tool name that a model made up is made fit for a later request', () => {
  expect(safeToolName('run python!')).toBe('run_python_');
  expect(safeToolName('')).toBe('unnamed_tool');
  expect(safeToolName('x'.repeat(99))).toHaveLength(64);
  expect(safeToolName('read_file')).toBe('read_file');
});
