import { expect, test } from '@jest/globals';
import { say, textReply } from '../../../src/demo-model/reply.ts';
import { startScriptedModel } from '../../../src/demo-model/server.ts';

async function withServer(
  use: (model: Awaited<ReturnType<typeof startScriptedModel>>) => Promise<void>,
  script = () => textReply('hi'),
) {
  const model = await startScriptedModel({ script });
  try {
    await use(model);
  } finally {
    await model.close();
  }
}

function post(url: string, body: unknown, signal?: AbortSignal) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${url}/chat/completions`, { method: 'POST', body: text, ...(signal ? { signal } : {}) });
}

const request = { model: 'demo', stream: true, messages: [{ role: 'user', content: 'hello' }] };

test('F18: models and health are answered, an unknown route is 404', () =>
  withServer(async ({ url, port }) => {
    expect(await (await fetch(`${url}/models`)).json()).toMatchObject({ data: [{ id: 'demo' }] });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect((await fetch(`${url}/completions`)).status).toBe(404);
  }));

test('P12: a request that is not strict is answered by 400 with the problems, and recorded', () =>
  withServer(async ({ url, requests }) => {
    const response = await post(url, {
      ...request,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'tool', tool_call_id: 'aaaaaaaaa', content: 'x' },
      ],
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('no open call');
    expect(requests[0]?.problems).toHaveLength(1);
  }));

test('a body that is no JSON, and a script that throws, are answered and do not end the server', () =>
  withServer(async ({ url, setScript }) => {
    expect((await post(url, '{"mod')).status).toBe(400);
    setScript(() => {
      throw new Error('scripted');
    });
    expect((await post(url, request)).status).toBe(500);
    setScript(() => textReply('again'));
    expect((await post(url, request)).status).toBe(200);
  }));

test('a request is recorded with its body, its times and how it ended', () =>
  withServer(async ({ url, requests, count }) => {
    await (await post(url, request)).text();
    await requests[0]?.ended;
    expect(count()).toBe(1);
    expect(requests[0]).toMatchObject({ index: 0, body: request, outcome: 'answered', problems: [] });
    expect(requests[0]?.firstByteAt).toBeGreaterThanOrEqual(
      requests[0]?.receivedAt ?? Number.POSITIVE_INFINITY,
    );
    expect(requests[0]?.endedAt).toBeGreaterThanOrEqual(requests[0]?.firstByteAt ?? Number.POSITIVE_INFINITY);
  }));

test('a client that goes while a script holds the stream is noticed at once', () =>
  withServer(async ({ url, requests, setScript }) => {
    const never = new Promise<void>(() => {});
    setScript(() => ({
      kind: 'stream',
      steps: (async function* () {
        yield* say('one');
        await never;
      })(),
    }));
    const leave = new AbortController();
    const response = await post(url, request, leave.signal);
    await response.body?.getReader().read();
    leave.abort();
    await requests[0]?.ended;
    expect(requests[0]?.outcome).toBe('closed_by_client');
  }));

test('usage comes as a chunk of its own, and only when it was asked for', () =>
  withServer(async ({ url }) => {
    const plain = await (await post(url, request)).text();
    expect(plain).not.toContain('usage');
    const asked = await (await post(url, { ...request, stream_options: { include_usage: true } })).text();
    expect(asked).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":\d+,"completion_tokens":1,/);
    expect(asked.trimEnd().endsWith('data: [DONE]')).toBe(true);
  }));
