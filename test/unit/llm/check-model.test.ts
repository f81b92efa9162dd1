import { expect, jest, test } from '@jest/globals';
import { demoScript } from '../../../src/demo-model/demo-script.ts';
import { obey } from '../../../src/demo-model/obey.ts';
import { type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../../src/demo-model/strict-request.ts';
import type { CheckReport } from '../../../src/llm/check/check.ts';
import { checkModel } from '../../../src/llm/check/check-model.ts';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { tryModel } from '../../../src/llm/try-model.ts';
import type { ModelEndpoint } from '../../../src/llm/types.ts';
import type { Loose } from '../../support/strict-servers/rules.ts';
import { startStrictServer } from '../../support/strict-servers/server.ts';
import { STRICT_SERVERS } from '../../support/strict-servers/vendors.ts';
import { modelRequest, withModel } from './model-call.ts';

// Whichever machine this runs on: what the check itself bounds is tried with limits of its own.
jest.setTimeout(180_000);
const LIMITS = { timeoutMs: 120_000, firstTokenMs: 60_000 };

async function check(endpoint: ModelEndpoint, limits = LIMITS): Promise<CheckReport> {
  const connection = openModelConnection();
  try {
    return await checkModel(endpoint, connection, limits);
  } finally {
    connection.close();
  }
}

const endpointAt = (url: string): ModelEndpoint => ({ ...modelRequest(url).endpoint, contextWindow: 64_000 });
const outcomes = ({ items }: CheckReport) => items.map(({ name, outcome }) => `${name}: ${outcome}`);
const of = ({ items }: CheckReport, wanted: string) => items.find(({ name }) => name === wanted);

test('F13: the demo model passes the check, request by request within the strict shape', async () => {
  await withModel(demoScript({ msPerToken: 1 }), async (model) => {
    const report = await check(endpointAt(model.url));
    expect(model.requests.flatMap(({ problems }) => problems)).toEqual([]);
    expect(outcomes(report)).toEqual([
      ...[
        'text: works',
        'call: works',
        'two calls: works',
        'long call: works',
        'stop: works',
        'usage: works',
      ],
      ...['window: works', 'cache: differs'],
    ]);
    expect(report.latencyMs).toBeGreaterThanOrEqual(0);
  });
});

/** What a model answers that does what it is asked, by the body of either API. */
function obedient(body: Loose) {
  const isChat = 'messages' in body;
  const input = (isChat ? body.messages : body.input) as Loose[];
  const last = input.at(-1) as Loose;
  if (last.role === 'tool' || last.type === 'function_call_output') return { text: 'The results are there.' };
  const content = Array.isArray(last.content) ? (last.content[0] as Loose).text : last.content;
  const { text, calls } = obey({ messages: [{ role: 'user', content: String(content) }] });
  return {
    text,
    calls: calls.map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) })),
  };
}

test.each(STRICT_SERVERS.map((server) => [server.name, server] as const))(
  'F13, M19: the check passes at %s, also where it has to learn how to ask',
  async (_name, server) => {
    const running = await startStrictServer(server);
    running.answer = obedient;
    const { model, maxOutput } = server;
    const report = await check({
      ...endpointAt(`http://127.0.0.1:${running.port}/v1`),
      model,
      ...(maxOutput === undefined ? {} : { maxOutput }),
    });
    const refusals = running.seen.filter(({ refused }) => refused !== undefined).length;
    await running.close();
    expect(report.items.slice(0, 4).map(({ finding, outcome }) => [outcome, finding])).toEqual([
      ...[
        ['works', 'streamed'],
        ['works', 'a call and a second step'],
        ['works', '2 calls and a second step'],
      ],
      ['works', expect.stringMatching(/^3,9\d\d characters/)],
    ]);
    expect(report.learned).toHaveLength(refusals);
  },
);

const faults: [string, Script, string, string, RegExp][] = [
  [
    'a model that calls nothing',
    () => textReply('I would add them.'),
    'call',
    'fails',
    /did not call the tool/,
  ],
  [
    'a server that cuts answers',
    (request) => ({ ...demo(request), ...(isLong(request) ? { finish: 'length' } : {}) }),
    'long call',
    'fails',
    /cuts answers .* max_tokens/,
  ],
  [
    'a server that cuts prompts',
    (request) => ({
      ...demo(request),
      usage: {
        input: Math.min(4_096, request.messages.length * 60 + (isPrompt(request) ? 4_096 : 0)),
        output: 9,
      },
    }),
    'window',
    'fails',
    /read 4,096 of about .* OLLAMA_CONTEXT_LENGTH/,
  ],
  [
    'a server that tells no usage',
    (request) => ({ ...demo(request), usage: null }),
    'usage',
    'differs',
    /counted here/,
  ],
  [
    'a model that makes one call at a time',
    (request) => {
      const { text, calls } = obey(request);
      return calls.length > 1 ? toolReply(calls.slice(0, 1)) : toolReply(calls, { text });
    },
    'two calls',
    'differs',
    /one call at a time/,
  ],
];
function demo(request: StrictRequest) {
  const { text, calls } = obey(request);
  return toolReply(calls, { text });
}
const lastWords = ({ messages }: StrictRequest) => String(messages.at(-1)?.content);
const isLong = (request: StrictRequest) => lastWords(request).includes('Call the tool "write"');
const isPrompt = (request: StrictRequest) => lastWords(request).includes('What stands in line');

test.each(faults)(
  'F13: %s is told in one sentence that says what to do',
  async (_name, script, item, outcome, words) => {
    await withModel(script, async (model) => {
      const report = await check(endpointAt(model.url));
      expect(of(report, item)).toMatchObject({ outcome, finding: expect.stringMatching(words) });
    });
  },
);

test('F13: the check is bounded: nine calls at most, and what it has no time for is untried', async () => {
  await withModel(demoScript({ msPerToken: 0 }), async (model) => {
    await check(endpointAt(model.url));
    expect(model.count()).toBeLessThanOrEqual(10);
  });
  const slow: Script = (request) => ({ ...demo(request), ...(isLong(request) ? { paceMs: 1_000 } : {}) });
  await withModel(slow, async (model) => {
    const report = await check(endpointAt(model.url), { timeoutMs: 15_000, firstTokenMs: 14_000 });
    expect(of(report, 'long call')).toMatchObject({ outcome: 'untried' });
    expect(of(report, 'cache')).toMatchObject({ outcome: 'untried' });
  });
});

test('F13: the button says the first thing that fails; a server that says nothing is named', async () => {
  const connection = openModelConnection();
  const limits = { timeoutMs: 30_000, firstTokenMs: 2_000 };
  await withModel({ kind: 'silence' }, async (model) => {
    const trial = await tryModel(() => endpointAt(model.url), connection, limits);
    expect(trial).toMatchObject({
      ok: false,
      code: 'model_stalled',
      message: expect.stringMatching(/said nothing for 2 seconds/),
    });
    expect(model.count()).toBe(1);
  });
  await withModel(textReply('I would add them.'), async (model) => {
    const trial = await tryModel(() => endpointAt(model.url), connection, LIMITS);
    expect(trial).toMatchObject({
      ok: false,
      code: 'model_bad_request',
      message: expect.stringMatching(/lives by tools/),
    });
  });
  connection.close();
});
