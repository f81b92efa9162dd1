/** Traces of turns, as a collector sees them (issue 8.5), and what they cost whoever wants none (B15). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, type Reply, textReply } from '../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { BUNDLED_VARIABLE } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { type CollectedSpan, type SpanCollector, startSpanCollector } from '../support/span-collector.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

let collector: SpanCollector;
let system: TestSystem;
let account: TestAccount;

const usage = { input: 1_000, output: 100 };
const SECRETS = ['perihelion', 'aphelion', 'syzygy', 'ecliptic', 'zenith'];
const code = { code: 'print("syzygy")', filename: 'ecliptic.py', timeoutSeconds: null };
/** Long enough for its worker to be killed while it streams. */
const slowly = 'word '.repeat(200);

function script(asked: StrictRequest): Reply {
  const words = JSON.stringify(asked.messages);
  if (words.includes('slowly')) return textReply(slowly, { paceMs: 20 });
  if (answersSoFar(asked) > 0) return textReply('Done, at the zenith.', { usage });
  return words.includes('aphelion')
    ? { kind: 'stream', steps: callTool(0, 'p', 'run_python', code), usage }
    : { kind: 'stream', steps: callTool(0, 'c', 'code_agent', { task: 'Find the aphelion.' }), usage };
}

/** Reports each of OpenTelemetry's modules that a process loads; prom-client brings the empty API itself. */
const REPORTING_LOADS = `--import=data:text/javascript,${encodeURIComponent(
  "import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { " +
    "if (/@opentelemetry\\/(?!api\\/)|tracing\\/otlp/.test(url)) console.log('LOADED ' + url); return next(url, context); } });",
)}`;

// In a bundle no module has a name of its own to be seen by.
delete process.env[BUNDLED_VARIABLE];

beforeAll(async () => {
  collector = await startSpanCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, NODE_OPTIONS: REPORTING_LOADS };
  system = await startTestSystem({ script, env });
  account = await system.guest();
});

afterAll(async () => {
  await system.close();
  await collector.close();
});

/** Everything of a Work's trace, once its turn's span has come. */
async function traceOf(workId: string): Promise<CollectedSpan[]> {
  const find = () =>
    collector.spans.find((s) => s.name === 'turn' && s.attributes['paperagent.work_id'] === workId);
  const turn = await eventually(find, (span) => span !== undefined);
  const complete = () => collector.spans.filter((span) => span.traceId === turn?.traceId);
  const hasRoot = (spans: CollectedSpan[]) => spans.some((span) => span.parentSpanId === undefined);
  return await eventually(complete, hasRoot);
}

/** The tree as lines: each span's name under its parent's, in the order in which they began. */
function tree(spans: CollectedSpan[], parent?: CollectedSpan, depth = 0): string[] {
  return spans
    .filter((span) => span.parentSpanId === parent?.spanId)
    .sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1))
    .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...tree(spans, span, depth + 1)]);
}

testWith('bubblewrap')(
  'F17: a turn is one trace from the request to the model and the sandbox, and holds nothing of what was said',
  async () => {
    const worker = await system.startWorker();
    const workId = await system.newWork(account);
    const chat = await system.chat(account, workId);
    const message = { id: randomUUID(), text: 'Find the perihelion.' };
    const sent = await system.request(account, 'POST', `/api/works/${workId}/messages`, message);
    expect(sent.status).toBe(202);
    await chat.event((event) => event.kind === 'turn.completed', 'the end');
    // Orderly ends send what waits.
    await worker.signal('SIGTERM');
    const spans = await traceOf(workId);
    expect(tree(spans)).toEqual([
      'POST /api/works/:id/messages',
      '  turn',
      '    main step',
      '      model call',
      '    code agent',
      '      code step',
      '        model call',
      '      tool run_python',
      '        sandbox run',
      '      code step',
      '        model call',
      '    tool code_agent',
      '    main step',
      '      model call',
    ]);
    const turn = spans.find(({ name }) => name === 'turn');
    expect(turn?.attributes).toMatchObject({ 'paperagent.outcome': 'done', 'paperagent.turn': 1 });
    // OpenTelemetry's words for models and agents stand beside our own, and hold no content either.
    expect(turn?.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'main',
      'gen_ai.conversation.id': workId,
    });
    expect(spans.find(({ name }) => name === 'model call')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': '127.0.0.1',
      'gen_ai.request.model': 'scripted',
      'gen_ai.usage.output_tokens': usage.output,
    });
    expect(spans.find(({ name }) => name === 'tool run_python')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'run_python',
    });
    const run = spans.find(({ name }) => name === 'sandbox run');
    expect(run?.attributes).toMatchObject({ 'paperagent.ending': 'exited' });
    expect(spans.filter((span) => span.attributes['gen_ai.usage.input_tokens'] === usage.input)).toHaveLength(
      4,
    );
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(['paperagent-api', 'paperagent-worker']),
    );
    const everything = collector.bodies.join('\n');
    for (const secret of SECRETS) expect(everything).not.toContain(secret);
    chat.close();
  },
);

test('R3: the trace of a turn whose worker was killed goes on under the same turn', async () => {
  const first = await system.startWorker();
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  chat.say('Answer slowly.');
  await chat.event((event) => event.kind === 'text.delta', 'a first word');
  await first.signal('SIGKILL');
  const second = await system.startWorker();
  await chat.event((event) => event.kind === 'turn.completed', 'the end');
  // The log says the end before the attempt has returned: a worker that is stopped in between leaves it to the next.
  await system.expectSound(workId);
  await second.signal('SIGTERM');
  const spans = await traceOf(workId);
  expect(tree(spans)).toEqual(['message over the socket', '  turn', '    main step', '      model call']);
  const step = spans.find(({ name }) => name === 'main step');
  expect(step?.attributes).toMatchObject({ 'paperagent.attempt': 2 });
  chat.close();
});

test('B15: without a collector nothing of OpenTelemetry is loaded, in api and worker', async () => {
  const loaded = (lines: string[]) => lines.filter((line) => line.startsWith('LOADED'));
  expect(loaded(system.api.lines).length).toBeGreaterThan(0);
  const off = await startTestSystem({ script, env: { NODE_OPTIONS: REPORTING_LOADS } });
  try {
    const worker = await off.startWorker();
    const person = await off.guest();
    const workId = await off.newWork(person);
    const chat = await off.chat(person, workId);
    chat.say('Find the perihelion.');
    await chat.event((event) => event.kind === 'turn.completed', 'the end');
    expect(loaded([...off.api.lines, ...worker.lines])).toEqual([]);
    chat.close();
  } finally {
    await off.close();
  }
});
