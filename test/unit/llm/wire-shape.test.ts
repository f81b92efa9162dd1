import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { demoScript } from '../../../src/demo-model/demo-script.ts';
import { textReply } from '../../../src/demo-model/reply.ts';
import { shapeOf } from '../../../src/llm/check/wire-shape.ts';
import { withModel } from './model-call.ts';

const MODEL = path.resolve(import.meta.dirname, '../../../src/main/model.ts');

test('F13, A5: the shape keeps fields, numbers and the API’s words, and of every other text its kind and length', () => {
  const sent = {
    ...{ model: 'secret-model', temperature: 0.2, stream: true },
    messages: [
      { role: 'user', content: 'My 密 words' },
      { role: 'assistant', content: null },
    ],
    arguments: '{"path":"private.md"}',
    'a person’s own field': 'x',
  };
  expect(shapeOf(sent)).toEqual({
    ...{ model: '<name 12>', temperature: 0.2, stream: true },
    messages: [
      { role: 'user', content: '<text beyond ASCII 10>' },
      { role: 'assistant', content: null },
    ],
    arguments: '<JSON 21>',
    '<text beyond ASCII 20>': '<word 1>',
  });
});

/** The command as a person runs it. */
async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, [MODEL, ...args], {
    env: { ...process.env, CHECK_KEY: 'sk-very-secret-key' },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      out += text;
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}

test('F13, A5: the command says what works, and records the wire without words and key', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'paperagent-check-'));
  const record = path.join(folder, 'wire.jsonl');
  try {
    await withModel(demoScript({ msPerToken: 0 }), async (model) => {
      const at = [
        '--base-url',
        model.url,
        '--model',
        'demo',
        '--key-from-env',
        'CHECK_KEY',
        '--record',
        record,
      ];
      const { code, out } = await run('check', ...at);
      expect(out).toMatch(/^call +yes +a call and a second step$/m);
      expect(out).toMatch(/^long call +yes /m);
      expect(code).toBe(0);
      expect(model.requests[0]?.headers.authorization).toBe('Bearer sk-very-secret-key');
    });
    const recorded = await readFile(record, 'utf8');
    for (const words of ['secret', 'the sea', 'numbers', 'demo', 'Adds two'])
      expect([words, recorded.includes(words)]).toEqual([words, false]);
    const events = recorded
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toMatchObject({
      to: 'chat/completions',
      sent: { messages: [{ role: 'system' }, { role: 'user' }] },
    });
    expect(events[1]).toMatchObject({ status: 200, contentType: 'text/event-stream' });
    expect(recorded).toContain('"prompt_tokens":');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);

test('F13: the command fails where something fails, and says how it is used where it is used wrongly', async () => {
  await withModel(textReply('I would.'), async (model) => {
    const { code, out } = await run('check', '--base-url', model.url, '--model', 'm');
    expect([code, /call +NO +.*lives by tools/.test(out)]).toEqual([1, true]);
  });
  const { code, out } = await run('check', '--model', 'm');
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(/^paperagent: --base-url and --model go together: .*\n$/),
  ]);
}, 180_000);
