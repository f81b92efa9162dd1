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
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'x' });
const A = 'aaaaaaaa1';
const B = 'aaaaaaaa2';
const check = (messages: unknown[], more = {}) => checkStrictRequest({ model: 'm', messages, ...more });

test('P12: a whole conversation with calls and results is strict', () => {
  const messages = [
    { role: 'system', content: 'be brief' },
    user,
    asks(A, B),
    result(B),
    result(A),
    { role: 'assistant', content: 'done' },
    user,
  ];
  expect(check(messages)).toEqual([]);
});

const wrong: [string, unknown[], RegExp][] = [
  ['a call without a result', [user, asks(A)], /ends before the call "aaaaaaaa1" is answered/],
  [
    'a user who speaks before the result',
    [user, asks(A), user, result(A)],
    /user speaks before the call "aaaaaaaa1"/,
  ],
  ['a result that nobody asked for', [user, result(A)], /answers "aaaaaaaa1", which is no open call/],
  [
    'a result given twice',
    [user, asks(A), result(A), result(A)],
    /answers "aaaaaaaa1", which is no open call/,
  ],
  ['one id for two calls', [user, asks(A, A), result(A)], /"aaaaaaaa1" is used twice/],
  ['one id in two steps', [user, asks(A), result(A), asks(A), result(A)], /"aaaaaaaa1" is used twice/],
  ['an unknown role', [{ role: 'bot', content: 'x' }], /messages\.0/],
  ['an unknown field', [{ ...user, agent: 'main' }], /messages\.0/],
  ['an empty user message', [{ role: 'user', content: '' }], /is empty/],
  [
    'an assistant who says and calls nothing',
    [user, { role: 'assistant', content: null }],
    /says and calls nothing/,
  ],
  ['empty text beside a call', [user, { ...asks(A), content: '' }, result(A)], /is empty/],
  ['an empty list of calls', [user, { role: 'assistant', content: 'x', tool_calls: [] }], /tool_calls/],
  [
    'an impossible function name',
    [user, { ...asks(), tool_calls: [call(A, 'run python')] }, result(A)],
    /no function name/,
  ],
  [
    'arguments that are no object',
    [user, { ...asks(), tool_calls: [call(A, 'tree', '[1')] }, result(A)],
    /JSON object/,
  ],
  ['M3: a call id of another form', [user, asks('call_1'), result('call_1')], /nine lower-case/],
  ['M4: an empty result', [user, asks(A), { ...result(A), content: '' }], /is empty/],
  ['M2: two users in a row', [user, user], /two messages of role user/],
  ['M2: a user behind a result', [user, asks(A), result(A), user], /straight after a tool/],
  ['M1: a second system message', [user, { role: 'system', content: 'x' }], /not the first/],
  ['M2: an answer that is last', [user, { role: 'assistant', content: 'x' }], /the last is neither/],
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
  const plain = { ...tool, function: { ...tool.function, strict: false } };
  expect(check([user], { tools: [plain] }).join()).toMatch(
    /"additionalProperties".*path: the type is not a single/,
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
