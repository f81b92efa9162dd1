import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, type Reply, textReply } from '../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let workerUrl: string;

const usage = { input: 1_000, output: 100 };
const code = { code: 'print(1)', filename: null, timeoutSeconds: null };

/** One run of code by way of a code agent; a person who says "please refuse" meets a model that refuses. */
function script(asked: StrictRequest): Reply {
  const words = JSON.stringify(asked.messages);
  if (words.includes('please refuse')) return { kind: 'http', status: 401 };
  if (answersSoFar(asked) > 0) return textReply('Done.', { usage });
  return words.includes('A task')
    ? { kind: 'stream', steps: callTool(0, 'p', 'run_python', code), usage }
    : { kind: 'stream', steps: callTool(0, 'c', 'code_agent', { task: 'A task.' }), usage };
}

beforeAll(async () => {
  const port = await findFreePort();
  workerUrl = `http://127.0.0.1:${port}/metrics`;
  system = await startTestSystem({
    script,
    env: { WORKER_METRICS_PORT: String(port), METRICS_TOKEN: 'of-the-operator' },
  });
  await system.startWorker();
});

afterAll(() => system.close());

/** The sum of a metric's samples with these labels. */
function sumOf(text: string, name: string, labels: Record<string, string> = {}): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** As a proxy on this machine would hand it on. */
function statusThroughProxy(url: string, authorization?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': '203.0.113.9', ...(authorization ? { authorization } : {}) };
    request(url, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

testWith('bubblewrap')(
  'what models, turns, runs, requests and watchers did stands in /metrics, of the worker and the api together',
  async () => {
    const { workId, chat } = await system.newChat();
    for (const [turn, text] of ['work', 'please refuse'].entries()) {
      chat.say(text);
      await chat.event((event) => event.kind === 'turn.completed' && event.turn === turn + 1, 'the end');
    }
    const ofWorker = await eventually(
      async () => await (await fetch(workerUrl)).text(),
      (text) => sumOf(text, 'paperagent_turns_total', { outcome: 'failed' }) === 1,
    );
    expect(sumOf(ofWorker, 'paperagent_turns_total', { outcome: 'done' })).toBe(1);
    const calls = (labels: Record<string, string>) =>
      sumOf(ofWorker, 'paperagent_model_call_seconds_count', labels);
    expect(calls({ role: 'main', source: 'server', outcome: 'answered' })).toBe(2);
    expect(calls({ role: 'code', source: 'server', outcome: 'answered' })).toBe(2);
    expect(calls({ outcome: 'model_unauthorized' })).toBe(1);
    expect(sumOf(ofWorker, 'paperagent_model_tokens_total', { direction: 'input' })).toBe(4 * usage.input);
    expect(sumOf(ofWorker, 'paperagent_model_tokens_total', { direction: 'output' })).toBe(4 * usage.output);
    expect(sumOf(ofWorker, 'paperagent_model_first_token_seconds_count')).toBe(4);
    expect(sumOf(ofWorker, 'paperagent_sandbox_run_seconds_count', { ending: 'exited' })).toBe(1);
    expect(sumOf(ofWorker, 'paperagent_event_batch_seconds_count')).toBeGreaterThan(0);
    expect(sumOf(ofWorker, 'paperagent_events_streamed_total')).toBeGreaterThan(0);
    expect(ofWorker).toMatch(/^temporal_\w+/m);

    const whole = await (await fetch(`${system.url}/metrics`)).text();
    expect(sumOf(whole, 'paperagent_turns_total', { outcome: 'done' })).toBe(1);
    expect(
      sumOf(whole, 'paperagent_http_request_seconds_count', {
        method: 'POST',
        route: '/api/works',
        status: '201',
      }),
    ).toBe(1);
    expect([sumOf(whole, 'paperagent_sockets'), sumOf(whole, 'paperagent_viewers')]).toEqual([1, 1]);
    expect(sumOf(whole, 'paperagent_log_lag_seconds_count')).toBeGreaterThan(0);
    expect(sumOf(whole, 'paperagent_log_frames_total')).toBe(chat.events.length);
    expect(whole.match(/^# TYPE process_cpu_seconds_total /gm)).toHaveLength(1);
    // No id of a Work, a person or a message makes a series of its own.
    expect(whole).not.toContain(workId);
    chat.close();
  },
);

test('metrics are refused to whoever comes by way of a proxy without the token', async () => {
  for (const url of [workerUrl, `${system.url}/metrics`]) {
    expect(await statusThroughProxy(url)).toBe(403);
    expect(await statusThroughProxy(url, 'Bearer wrong')).toBe(403);
    expect(await statusThroughProxy(url, 'Bearer of-the-operator')).toBe(200);
  }
});

test('a worker that is away costs its metrics, not the api’s', async () => {
  const { url } = await system.startApi();
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('paperagent_http_request_seconds');
});
