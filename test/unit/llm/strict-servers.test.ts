import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBlocks } from '../../../src/activities/context/blocks.ts';
import { shortenChat } from '../../../src/activities/context/shorten.ts';
import { mainTools } from '../../../src/agents/tool-definitions.ts';
import type { ContextMessage } from '../../../src/db/summaries.ts';
import { createChatAnswer } from '../../../src/llm/answers/chat-answer.ts';
import { createResponsesAnswer } from '../../../src/llm/answers/responses-answer.ts';
import { chooseProfile } from '../../../src/llm/profiles/choose.ts';
import { PLAIN, type Profile, type ProfileChange } from '../../../src/llm/profiles/profile.ts';
import { repairFor } from '../../../src/llm/profiles/repairs.ts';
import { chatBody } from '../../../src/llm/requests/chat-body.ts';
import { responsesBody } from '../../../src/llm/requests/responses-body.ts';
import type { ChatMessage, ModelRequest } from '../../../src/llm/types.ts';
import { chatEvents, responsesEvents } from '../../support/strict-servers/events.ts';
import { matrix, outspoken, tableOf, withTable } from '../../support/strict-servers/matrix.ts';
import { type Loose, type RuleName, SILENT } from '../../support/strict-servers/rules.ts';
import { createMemory, type Memory, refusedBy } from '../../support/strict-servers/server.ts';
import {
  type ErrorForm,
  refusalOf,
  STRICT_SERVERS,
  type StrictServer,
} from '../../support/strict-servers/vendors.ts';
import { NAMED_BESIDE, WRONG_SHAPES } from '../../support/strict-servers/wrong-shapes.ts';
import { answerMessage, conversations, userMessage } from '../context/conversations.ts';

const PAGE = new URL('../../../docs/models.md', import.meta.url);
const MOST_REPAIRS = 4;

test('P12, M1-M9, M19: each strict server takes each kind of request, also where nobody knows it; docs/models.md says so', async () => {
  const [known, unknown] = [await matrix('known'), await matrix('unknown')];
  for (const { server, cells } of [...known, ...unknown])
    for (const { kind, failed } of cells)
      expect([server.name, kind, failed]).toEqual([server.name, kind, undefined]);
  // A refusal is learned: the same one does not come again.
  for (const { server, cells, learned } of unknown) {
    const refusals = cells.reduce((sum, cell) => sum + cell.refusals, 0);
    expect([server.name, refusals <= Object.keys(learned).length]).toEqual([server.name, true]);
  }
  const page = await readFile(PAGE, 'utf8');
  // Where this fails: node test/support/strict-servers/write-table.ts
  expect(page).toBe(withTable(page, tableOf(known, unknown)));
}, 180_000);

interface Sent {
  profile: Profile;
  /** The words of each refusal on the way, and of the last where it was not mended. */
  refused: string[];
  taken: boolean;
}

/** The request under a profile, mended by what the server says, as the handler does it. */
function send(server: StrictServer, chat: ChatMessage[], from: Profile, memory: Memory): Sent {
  const request = {
    endpoint: {
      ...{ baseUrl: server.at, model: server.model, apiKey: 'key', contextWindow: 128_000 },
      maxOutput: 32_000,
      ...(server.temperature === undefined ? {} : { temperature: server.temperature }),
    },
    messages: [{ role: 'system', content: 'You are.' }, ...chat],
    tools: mainTools,
  } as unknown as ModelRequest;
  const refused: string[] = [];
  for (let profile = from; ; ) {
    const isChat = profile.api === 'chat';
    const body = (isChat ? chatBody : responsesBody)(request, profile) as unknown as Loose;
    const headers = profile.auth === 'api-key' ? { 'api-key': 'key' } : {};
    const words = refusedBy(
      server,
      { body, headers, gave: memory.gave },
      isChat ? '/chat/completions' : '/responses',
    );
    if (words === undefined) return { profile, refused, taken: true };
    refused.push(words.message);
    const { status, body: said } = refusalOf(server, words);
    const fact = repairFor({ status, headers: {}, body: JSON.stringify(said) }, profile);
    if (fact === undefined || refused.length > MOST_REPAIRS) return { profile, refused, taken: false };
    profile = { ...profile, ...fact.change };
  }
}

/** The conversation as if this server had given each answer itself, as far as `own` says so. */
function givenBy(
  server: StrictServer,
  conversation: ContextMessage[],
  own: boolean[],
  memory: Memory,
): ContextMessage[] {
  const { baseUrl, model } = { baseUrl: server.at, model: server.model };
  const responses = chooseProfile({ baseUrl, model }).api === 'responses';
  return conversation.map((message, at) => {
    if (message.role !== 'assistant' || own[at % own.length] !== true) return message;
    const calls = message.parts.filter((part) => part.type === 'tool');
    const text = message.parts.find((part) => part.type === 'text');
    const answer = memory.remember({
      text: text?.type === 'text' ? text.text : '',
      calls: calls.map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) })),
    });
    const assembly = responses ? createResponsesAnswer() : createChatAnswer(() => true);
    const events = responses ? responsesEvents(answer, model) : chatEvents(answer, server.habits, model);
    for (const event of events) {
      const data = /^data: (\{.*)$/m.exec(event)?.[1];
      if (data !== undefined) assembly.take(JSON.parse(data));
    }
    assembly.flush();
    const { returned } = assembly.soFar();
    return returned === undefined
      ? message
      : { ...message, returned: { endpoint: baseUrl, model, ...returned } };
  });
}

test('P12, M1-M9: any conversation, whoever gave its answers and however it was shortened, is taken by each strict server', () => {
  const lengths = fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1_000, 64);
  fc.assert(
    fc.property(
      conversations,
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      lengths,
      (conversation, own, limit) => {
        for (const server of STRICT_SERVERS.map(outspoken)) {
          const memory = createMemory();
          const given = givenBy(server, conversation, own, memory);
          const chat = shortenChat(
            toBlocks(given, new Map([[1, 'Files']])).flatMap((block) => block.chat),
            { calls: limit, texts: limit, pictures: true },
          );
          const profile = chooseProfile({ baseUrl: server.at, model: server.model });
          const { taken, refused } = send(server, chat, profile, memory);
          expect([server.name, taken, refused.at(taken ? -2 : -1)]).toEqual([server.name, true, undefined]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

const FORMS: ErrorForm[] = ['openai', 'mistral', 'google', 'azure', 'vllm', 'llama', 'litellm', 'plain'];
const WITH_A_FIELD: ErrorForm[] = ['openai', 'mistral', 'azure', 'plain'];
const taught = Object.entries(WRONG_SHAPES) as [RuleName, ProfileChange][];

test.each(taught)('M19: the words for %s are learned in whichever form they come, at once', (rule, wrong) => {
  const conversation = [
    userMessage(1, 'Begin.'),
    {
      ...answerMessage(1, null, [
        ['a', 'b'],
        ['c', 'd'],
      ]),
      id: randomUUID(),
    },
    userMessage(1, 'Mind the units.'),
    userMessage(2, 'Go on.'),
    answerMessage(2, 'Said.', []),
    userMessage(3, 'And now?'),
  ];
  const chat = toBlocks(conversation).flatMap((block) => block.chat);
  for (const form of NAMED_BESIDE.has(rule) ? WITH_A_FIELD : FORMS) {
    const server: StrictServer = {
      name: rule,
      at: 'https://x.test/v1',
      model: 'm',
      refuses: [rule],
      form,
      habits: {},
      ...(rule === 'no_temperature' ? { temperature: 0.2 } : {}),
    };
    const { refused, taken } = send(server, chat, { ...PLAIN, ...wrong }, createMemory());
    expect([form, refused.length, taken]).toEqual([form, 1, true]);
  }
});

test('M19: each rule is taught by words, is kept by every profile, or is one that nobody says', () => {
  // Whatever the profile, the order and the pairs are as they have to be.
  const always = [
    'calls_have_results',
    'last_user_or_tool',
    'system_first_only',
    'unique_ids',
    'strict_schemas',
  ];
  const named = new Set(STRICT_SERVERS.flatMap(({ refuses }) => refuses));
  expect(
    [...named].filter((rule) => !(rule in WRONG_SHAPES) && !SILENT.has(rule) && !always.includes(rule)),
  ).toEqual([]);
});
