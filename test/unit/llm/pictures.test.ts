import { afterEach, expect, test } from '@jest/globals';
import { toBlocks } from '../../../src/activities/context/blocks.ts';
import { leftOut, picturePlaces } from '../../../src/activities/context/pictures.ts';
import { plan } from '../../../src/activities/context/plan.ts';
import { textReply } from '../../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../../src/demo-model/server.ts';
import { noTextInIt } from '../../../src/documents/scanned-pages.ts';
import type { Message } from '../../../src/domain/messages.ts';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { chooseProfile } from '../../../src/llm/profiles/choose.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { repairFor } from '../../../src/llm/profiles/repairs.ts';
import { chatMessages } from '../../../src/llm/requests/chat-messages.ts';
import { responsesBody } from '../../../src/llm/requests/responses-body.ts';
import { tokensOfMessages, tokensOfPicture } from '../../../src/llm/tokens.ts';
import type { ChatMessage, PicturePart, UserPart } from '../../../src/llm/types.ts';
import { smallPng } from '../../support/small-png.ts';
import { userMessage } from '../context/conversations.ts';

const data = smallPng(20, 10).toString('base64');
const url = `data:image/png;base64,${data}`;
const picture = (name: string, side = 20): PicturePart => ({
  type: 'picture',
  text: `images/${name}.png`,
  mediaType: 'image/png',
  data,
  width: side,
  height: side,
});
const at = { baseUrl: 'http://model/v1', model: 'm' };
const system: ChatMessage = { role: 'system', content: 'You are.' };
const said = (text: string): UserPart => ({ type: 'said', text });

/** An answer that ran code, with what it drew. */
function ranCode(turn: number, files: string[]): Message {
  return {
    ...userMessage(turn, ''),
    role: 'assistant',
    parts: [
      {
        type: 'tool',
        toolCallId: `call-${turn}`,
        name: 'run_python',
        arguments: { code: 'plot()' },
        state: 'ok',
        result: 'exit 0',
        files: files.map((path) => ({ path, change: 'added' as const, sha256: 'h', size: 1 })),
      },
    ],
  };
}

function seen(steps: number): ChatMessage[] {
  const person = { ...userMessage(1, 'What is on it?'), attachments: ['attachments/photo.png'] };
  const runs = Array.from({ length: steps }, (_, index) => ({
    ...ranCode(1, [`images/${index}.png`]),
    parts: ranCode(index, [`images/${index}.png`]).parts,
  }));
  const shown = new Map<string, UserPart[]>([
    [person.id, [picture('photo', 1_000)]],
    ...runs.map((_, index): [string, UserPart[]] => [`call-${index}`, [picture(String(index), 1_000)]]),
  ]);
  return toBlocks([person, ...runs], new Map(), undefined, shown).flatMap((block) => block.chat);
}

test('W10, M2: chat completions: a picture stands behind a person’s words, a figure behind the result in a user message', () => {
  const wire = chatMessages([system, ...seen(1)], { ...PLAIN, images: true }, at);
  expect(wire.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'user']);
  expect(wire[1]?.content).toEqual([
    {
      type: 'text',
      text: expect.stringContaining('What is on it?\n\n<picture>\nimages/photo.png\n</picture>'),
    },
    { type: 'image_url', image_url: { url } },
  ]);
  expect(wire[5]?.content).toEqual([
    { type: 'text', text: '<picture>\nimages/0.png\n</picture>' },
    { type: 'image_url', image_url: { url } },
  ]);
});

test('W10: the Responses API gets the same pictures as its own items', () => {
  const request = {
    endpoint: { ...at, apiKey: '', contextWindow: 10_000 },
    messages: [system, ...seen(1)],
    tools: [],
    signal: AbortSignal.timeout(60_000),
    timeouts: { firstTokenMs: 1, stallMs: 1 },
  };
  const { input } = responsesBody(request, { ...PLAIN, images: true });
  expect(JSON.parse(JSON.stringify(input)).at(-1)).toEqual({
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: '<picture>\nimages/0.png\n</picture>' },
      { type: 'input_image', image_url: url, detail: 'auto' },
    ],
  });
});

test('W10, M1: a further step sends the bytes of the step before, pictures and all', () => {
  const wire = (steps: number) =>
    chatMessages([system, ...seen(steps)], { ...PLAIN, images: true }, at).map((message) =>
      JSON.stringify(message),
    );
  const before = wire(2);
  expect(wire(3).slice(0, before.length)).toEqual(before);
});

test('W10: a system prompt without a role of its own, and marks of a cache, stand beside pictures', () => {
  const user: ChatMessage = { role: 'user', parts: [said('Look.'), picture('a')] };
  const [first] = chatMessages([system, user], { ...PLAIN, images: true, systemRole: 'user' }, at);
  expect(first?.content).toEqual([
    { type: 'text', text: 'You are.' },
    { type: 'text', text: expect.stringContaining('Look.') },
    { type: 'image_url', image_url: { url } },
  ]);
  const marked = chatMessages([system, user], { ...PLAIN, images: true, cache: 'cache_control' }, at);
  expect(marked[1]?.content).toEqual([
    { type: 'text', text: expect.stringContaining('Look.') },
    { type: 'image_url', image_url: { url }, cache_control: { type: 'ephemeral' } },
  ]);
});

let model: ScriptedModel | undefined;
afterEach(() => model?.close());

async function ask(sees: boolean, images: boolean | undefined, connection = openModelConnection()) {
  model ??= await startScriptedModel({ script: () => textReply('Seen.'), sees });
  const endpoint = {
    baseUrl: model.url,
    model: 'gpt-4o',
    apiKey: '',
    contextWindow: 10_000,
    ...(images === undefined ? {} : { profile: { images } }),
  };
  const messages: ChatMessage[] = [system, { role: 'user', parts: [said('Look.'), picture('a')] }];
  const timeouts = { firstTokenMs: 20_000, stallMs: 20_000 };
  const request = { endpoint, messages, tools: [], signal: AbortSignal.timeout(60_000), timeouts };
  const answer = await streamAnswer(request, () => {}, connection);
  return { text: answer.text, sent: model.requests.map(({ body }) => JSON.stringify(body.messages)) };
}

test('W10: the server of a model that sees is sent the picture, one of whom it is not known is told in words', async () => {
  const seeing = await ask(true, true);
  expect(seeing.text).toBe('Seen.');
  expect(seeing.sent).toEqual([expect.stringContaining(url)]);
  const blind = await ask(true, false);
  expect(blind.sent.at(-1)).not.toContain('base64');
  expect(blind.sent.at(-1)).toContain('images/a.png (not shown: this model takes no pictures)');
});

test('W10, M19: a refusal of pictures is learned, and the same call made again without them', async () => {
  model = await startScriptedModel({ script: () => textReply('Seen.') });
  const connection = openModelConnection();
  const refused = await ask(false, undefined, connection);
  expect(refused.text).toBe('Seen.');
  expect(refused.sent).toHaveLength(2);
  expect(refused.sent[1]).not.toContain('base64');
  expect((await ask(false, undefined, connection)).sent).toHaveLength(3);
  connection.close();
});

const REFUSALS = [
  'No endpoints found that support image input',
  'Failed to deserialize: messages[1]: unknown variant `image_url`, expected `text`',
  'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
  'At most 0 image(s) may be provided in one request.',
  'Invalid content type. image_url is only supported by certain models.',
  'gpt-oss:20b is not a multimodal model',
  'this model is missing data required for image input',
];

test.each(REFUSALS)('W10, M19: “%s” says that a model does not see', (message) => {
  const failure = { status: 400, headers: {}, body: JSON.stringify({ error: { message } }) };
  expect(repairFor(failure, { ...PLAIN, images: true })?.change).toEqual({ images: false });
  expect(repairFor(failure, { ...PLAIN, images: true }, { images: true })?.change).not.toEqual({
    images: false,
  });
});

test.each(['Could not process image', 'image exceeds 5 MB maximum', 'Image size is too large'])(
  'W10: “%s” speaks of one picture and teaches nothing of the model',
  (message) => {
    const failure = { status: 400, headers: {}, body: JSON.stringify({ error: { message } }) };
    expect(repairFor(failure, { ...PLAIN, images: true })).toBeUndefined();
  },
);

test('W10: of models it is known who sees; of those that nobody knows, that they do not', () => {
  const sees = (name: string) =>
    chooseProfile({ baseUrl: 'https://openrouter.ai/api/v1', model: name }).images;
  const seeing = ['openai/gpt-4o', 'gpt-5.4', 'o3', 'anthropic/claude-sonnet-4.5', 'google/gemini-2.5-pro'];
  seeing.push(
    'qwen3-vl-32b',
    'qwen2.5vl:7b',
    'gemma3:12b',
    'gemma-3-27b-it',
    'mistral-small-3.2',
    'pixtral-large',
  );
  const blind = [
    'o3-mini',
    'gpt-3.5-turbo',
    'gpt-4',
    'deepseek-chat',
    'gemma3:1b',
    'gemma-3-1b-it',
    'qwen3-32b',
  ];
  blind.push('llama-3.3-70b', 'kimi-k2-instruct', 'glm-4.6', 'mistral-7b', 'a-model-of-mine');
  expect(seeing.filter((name) => !sees(name))).toEqual([]);
  expect(blind.filter(sees)).toEqual([]);
});

test('W10: a picture counts by its pixels, 3,236 tokens at most', () => {
  expect(tokensOfPicture({ width: 1_568, height: 1_568 })).toBe(3_236);
  const user: ChatMessage = { role: 'user', parts: [picture('a', 280)] };
  expect(tokensOfMessages([user], () => 1)).toBe(4 + 1 + 200);
});

test('W10, F7: where it gets narrow the older pictures go first, words stay in their place, and results stay whole', () => {
  const conversation = [
    userMessage(1, 'Draw.'),
    ...[1, 2, 3].map((turn) => ranCode(turn, [`images/${turn}.png`])),
  ];
  for (const message of conversation) message.turn = 1;
  const shown = new Map<string, UserPart[]>(
    [1, 2, 3].map((turn) => [`call-${turn}`, [picture(String(turn), 1_400)]]),
  );
  const blocks = toBlocks(conversation, new Map(), undefined, shown);
  const count = (text: string) => Math.ceil(text.length / 4);
  const planned = plan({ fixed: 100, summary: 0, blocks, budget: 4_000, count });
  const chat = planned.kind === 'send' ? planned.chat : [];
  const parts = chat.flatMap((message) => (message.role === 'user' ? message.parts : []));
  expect(parts.filter(({ type }) => type === 'picture').map(({ text }) => text)).toEqual(['images/3.png']);
  expect(parts.filter(({ text }) => text.includes('no room'))).toHaveLength(2);
  expect(chat.filter(({ role }) => role === 'tool').map((one) => 'content' in one && one.content)).toEqual(
    Array(3).fill('exit 0'),
  );
});

test('W10: pictures come from uploads, runs and readings, four of one at most; beyond the bound the first go by halves', () => {
  const person = { ...userMessage(1, 'x'), attachments: ['attachments/a.PNG', 'attachments/b.csv'] };
  const drawn = [
    'images/1.png',
    'images/2.svg',
    'data/3.csv',
    'images/4.jpg',
    'images/5.png',
    'images/6.png',
    'a.png',
  ];
  const places = picturePlaces([person, ranCode(2, drawn)]);
  expect(places.map(({ path }) => path)).toEqual([
    'attachments/a.PNG',
    ...['images/1.png', 'images/4.jpg', 'images/5.png', 'images/6.png'],
  ]);
  expect([8, 9, 12, 13, 16, 17].map((count) => leftOut(count, 8))).toEqual([0, 4, 4, 8, 8, 12]);
  expect([1, 2, 3].map((count) => leftOut(count, 1))).toEqual([0, 1, 2]);
});

test('W10: the pages of a scanned PDF are shown whatever it is named; a text that was read well has none', () => {
  const reading = (path: string, state: 'ok' | 'error', result: string): Message => ({
    ...userMessage(1, ''),
    role: 'assistant',
    parts: [{ type: 'tool', toolCallId: 'c', name: 'read_attachment', arguments: { path }, state, result }],
  });
  const said = `attachments/scan: ${noTextInIt(2, 2)}`;
  const paths = (message: Message) => picturePlaces([message]).map(({ path }) => path);
  expect(paths(reading('scan', 'error', said))).toEqual([1, 2].map((n) => `attachments/scan, page ${n}`));
  expect(paths(reading('a.txt', 'ok', '--- page 1 of 1 ---\n'))).toEqual([]);
  expect(paths(reading('a.docx', 'error', 'attachments/a.docx: this document could not be read.'))).toEqual(
    [],
  );
});
