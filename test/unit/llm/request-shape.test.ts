import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBlocks } from '../../../src/activities/context/blocks.ts';
import { shortenChat } from '../../../src/activities/context/shorten.ts';
import { checkStrictRequest } from '../../../src/demo-model/strict-request.ts';
import { textOf } from '../../../src/domain/messages.ts';
import { chooseProfile } from '../../../src/llm/profiles/choose.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { repairFor } from '../../../src/llm/profiles/repairs.ts';
import { chatMessages } from '../../../src/llm/requests/chat-messages.ts';
import type { ChatMessage } from '../../../src/llm/types.ts';
import { conversations } from '../context/conversations.ts';

const at = { baseUrl: 'http://model/v1', model: 'm' };
const system: ChatMessage = { role: 'system', content: 'You are.' };

test('M1-M4, P12: any conversation is plain, and each word of a person is in it as it was said', () => {
  fc.assert(
    fc.property(conversations, (conversation) => {
      const openings = new Map(conversation.map(({ turn }) => [turn ?? 0, `</workspace> ${turn}`]));
      const chat = toBlocks(conversation, openings).flatMap((block) => block.chat);
      const messages = chatMessages([system, ...chat], PLAIN, at);
      expect(checkStrictRequest({ model: 'm', messages, stream: true })).toEqual([]);
      const users = messages.filter(({ role }) => role === 'user').map(({ content }) => String(content));
      for (const message of conversation.filter(({ role }) => role === 'user'))
        expect(users.some((text) => text.includes(textOf(message)))).toBe(true);
    }),
  );
});

test('M1: what a later step sends begins with the bytes that the step before sent', () => {
  fc.assert(
    fc.property(conversations, (conversation) => {
      const bytes = (count: number) => {
        const chat = toBlocks(conversation.slice(0, count)).flatMap((block) => block.chat);
        return chatMessages([system, ...chat], PLAIN, at).map((message) => JSON.stringify(message));
      };
      const whole = bytes(conversation.length);
      for (let count = 1; count < conversation.length; count += 1) {
        const earlier = bytes(count).slice(0, -1);
        // The last may be joined to, or be the line that asks to go on.
        expect(whole.slice(0, earlier.length - 1)).toEqual(earlier.slice(0, -1));
      }
    }),
  );
});

test('M8: what a model gave goes back to it alone; a foreign call gets the stand-in', () => {
  const call = { id: 'one', type: 'function' as const, function: { name: 'tree', arguments: '{}' } };
  const extra = { google: { thought_signature: 'sig' } };
  const chat = (model: string): ChatMessage[] => [
    { role: 'user', parts: [{ type: 'said', text: 'x' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [call],
      returned: { endpoint: at.baseUrl, model, calls: [{ extra_content: extra }] },
    },
    { role: 'tool', tool_call_id: 'one', content: 'y' },
  ];
  const sent = (model: string) =>
    JSON.stringify(chatMessages(chat(model), { ...PLAIN, signatures: 'google' }, at));
  expect(sent('m')).toContain('"sig"');
  expect(sent('other')).toContain('skip_thought_signature_validator');
});

test('M19: a refusal asks for one change; the person’s own setting is not repaired', () => {
  const refusal = (message: string) => ({
    status: 400,
    headers: {},
    body: JSON.stringify({ error: { message } }),
  });
  const stream = refusal('Unknown field stream_options');
  expect(repairFor(stream, PLAIN)?.change).toEqual({ streamOptions: false });
  expect(repairFor(stream, PLAIN, { streamOptions: true })).toBeUndefined();
  expect(repairFor(refusal('use /v1/responses instead'), PLAIN)?.change).toEqual({ api: 'responses' });
  const deepseek = refusal('The reasoning_content in the thinking mode must be passed back');
  expect(repairFor(deepseek, PLAIN)?.change).toMatchObject({ reasoningBack: 'reasoning_content' });
});

test('M19: the person before what was learned, that before the table, that before plain', () => {
  const endpoint = { baseUrl: 'https://api.openai.com/v1', model: 'gpt-5.4' };
  expect(chooseProfile(endpoint)).toMatchObject({ api: 'responses', schema: 'strict' });
  expect(chooseProfile(endpoint, { schema: 'plain' }).schema).toBe('plain');
  expect(chooseProfile({ ...endpoint, profile: { schema: 'strict' } }, { schema: 'plain' }).schema).toBe(
    'strict',
  );
  expect(chooseProfile({ baseUrl: 'http://127.0.0.1/v1', model: 'x' })).toEqual(PLAIN);
});

test('M8: what came with an answer goes back with it whole or not at all', () => {
  const returned = {
    endpoint: at.baseUrl,
    model: 'm',
    message: { content: '<think>long</think>Said at length.' },
  };
  const answer = (content: string): ChatMessage => ({ role: 'assistant', content, returned });
  const long = answer('Said at length. '.repeat(20));
  expect(shortenChat([long], { calls: 1_000, texts: 1_000, pictures: true })).toEqual([long]);
  const [short] = shortenChat([long], { calls: 1_000, texts: 64, pictures: true });
  expect(short).not.toHaveProperty('returned');
  const user: ChatMessage = { role: 'user', parts: [{ type: 'said', text: 'x' }] };
  const sent = chatMessages(
    [user, answer('First.'), answer('Said at length.'), user],
    { ...PLAIN, reasoningBack: 'content', reasoningWhen: 'all' },
    at,
  );
  // Of two answers in a row, the first one's words are not lost to what came with the second.
  expect(sent[1]?.content).toBe('First.\n\nSaid at length.');
});

test('M4: white space alone is nothing said: many servers refuse it like an empty text', () => {
  const call = { id: 'one', type: 'function' as const, function: { name: 'tree', arguments: '{}' } };
  const sent = chatMessages(
    [
      { role: 'user', parts: [{ type: 'said', text: 'x' }] },
      { role: 'assistant', content: '\n\n', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'one', content: ' \n' },
    ],
    PLAIN,
    at,
  );
  expect(sent.map(({ content }) => content)).toEqual(['x', null, '(no result)']);
});
