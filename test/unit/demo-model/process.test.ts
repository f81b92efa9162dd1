import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const entry = fileURLToPath(new URL('../../../src/main/demo-model.ts', import.meta.url));

function start(args: string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
}

test('F18: the process prints its port as one JSON line, answers, and ends quickly on SIGTERM', async () => {
  const child = start(['0'], { DEMO_MODEL_MS_PER_TOKEN: '0' });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { port, url } = JSON.parse(String(line)) as { port: number; url: string };
  expect(url).toBe(`http://127.0.0.1:${port}/v1`);
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(await response.text()).toContain('demo');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test('a wrong port stops the start and names the variable', async () => {
  const child = start([], { DEMO_MODEL_PORT: 'eighty' });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stderr }), 'line');
  expect(String(line)).toContain('DEMO_MODEL_PORT');
  expect((await exited)[0]).toBe(1);
});
