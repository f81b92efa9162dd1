/** I6, A6: servers that hang, lie, die, or answer without end are one sentence each. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { offeredOf } from '../../../src/domain/offered-tools.ts';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { findFreePort } from '../../../src/setup/ports.ts';
import { createToolServerConnection } from '../../../src/tool-servers/connection.ts';
import { resultText } from '../../../src/tool-servers/result-text.ts';
import { ToolServerError } from '../../../src/tool-servers/server-error.ts';
import { type ScriptedToolServer, startScriptedToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const connection = createToolServerConnection({ allowHost: () => true });
const hasty = createToolServerConnection({
  allowHost: () => true,
  timeouts: { list: 60_000, command: 60_000, call: 300 },
});
let server: ScriptedToolServer;
const at = () => ({ url: server.url, token: '' });

beforeAll(async () => {
  server = await startScriptedToolServer();
});
beforeEach(() => server.onCall((_, answer) => answer({ content: [{ type: 'text', text: 'done' }] })));
afterAll(async () => {
  await server.close();
  await Promise.all([connection.close(), hasty.close()]);
});

test('I6: the official example server is listed and called', async () => {
  const port = await findFreePort();
  const entry = path.join(CHECKOUT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const child = spawn(process.execPath, [entry, 'streamableHttp'], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    const everything = { url: `http://127.0.0.1:${port}/mcp`, token: '' };
    let names: string[] = [];
    await until(
      async () => {
        names = await connection.list(everything).then(
          (tools) => tools.map(({ name }) => String(name)),
          () => [],
        );
        return names.length > 0;
      },
      'the server answered',
      120_000,
    );
    expect(names).toContain('echo');
    const result = await connection.call(everything, 'echo', { message: '圆周率' }, never);
    expect(resultText('everything', result)).toContain('圆周率');
    const wrong = await connection.call(everything, 'echo', { message: 5 }, never);
    expect(wrong.isError).toBe(true);
  } finally {
    child.kill('SIGKILL');
  }
});

test('I6: the token is sent, and nothing of its server is trusted to be true', async () => {
  server.offer([
    { name: 'lies', inputSchema: { type: 'object' }, outputSchema: { type: 'object', required: ['a'] } },
  ]);
  await connection.list({ url: server.url, token: 'secret' });
  expect(server.authorizations).toContain('Bearer secret');
  // What it said of its answers holds nobody up.
  expect(await connection.call(at(), 'lies', {}, never)).toMatchObject({ content: [{ text: 'done' }] });
});

test('I6: one tool that is described as MCP has it not costs a server none of its others', async () => {
  server.offer([
    { name: 'good', inputSchema: { type: 'object' } },
    { name: 'bad', inputSchema: { type: 'string' } },
    { name: 'worse', inputSchema: 'any' },
    { name: 7, inputSchema: { type: 'object' } },
    { name: 'odd', description: 5, annotations: 'none', inputSchema: { type: 'object' } },
  ]);
  const { tools, leftOut } = offeredOf('s', await connection.list(at()));
  expect(tools.map(({ tool }) => tool)).toEqual(['good', 'odd']);
  expect(leftOut).toEqual([
    { tool: 'bad', why: 'schema' },
    { tool: 'worse', why: 'schema' },
    { tool: '', why: 'name' },
  ]);
});

test('I6: a server that hangs is given up, and so is one that dies in the middle', async () => {
  server.onCall(() => {});
  await expect(hasty.call(at(), 'x', {}, never)).rejects.toThrow('It did not answer within 0.3 s.');
  server.onCall((_call, _answer, response) => response.destroy());
  await expect(connection.call(at(), 'x', {}, never)).rejects.toThrow(ToolServerError);
});

test('I6: an answer of a hundred megabytes breaks off', async () => {
  let sent = 0;
  server.onCall((_call, _answer, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const block = ' '.repeat(1024 ** 2);
    const more = () => {
      if (sent >= 100 || response.destroyed) return;
      sent += 1;
      response.write(block, more);
    };
    more();
  });
  await expect(connection.call(at(), 'x', {}, never)).rejects.toThrow('It answered with more than 4 MiB.');
  expect(sent).toBeLessThan(100);
});

test.each(['not json', '{"jsonrpc":"2.0","id":"other","result":{}}', '[]', '{"jsonrpc":"2.0"'])(
  'I6: an answer that is not MCP is a sentence: %s',
  async (body) => {
    server.onCall((_call, _answer, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    await expect(hasty.call(at(), 'x', {}, never)).rejects.toThrow(ToolServerError);
  },
);

test('A6, I6: addresses of this machine and its network are refused, by literal and without TLS', async () => {
  const guarded = createToolServerConnection({ allowHost: () => false });
  for (const [url, words] of [
    ['https://127.0.0.1/mcp', 'not on the public internet'],
    ['https://10.0.0.1:8443/mcp', 'not on the public internet'],
    ['http://93.184.216.34/mcp', 'has to begin with https'],
    ['https://93.184.216.34:22/mcp', 'and not at 22'],
  ] as const) {
    expect(() => guarded.mustBeAllowed(url)).toThrow(words);
    await expect(guarded.list({ url, token: '' })).rejects.toThrow(words);
  }
  await guarded.close();
});

test('R8, I6: a stop ends a call at once, with its own reason', async () => {
  server.onCall(() => {});
  const stop = new AbortController();
  const call = connection.call(at(), 'x', {}, stop.signal);
  const before = server.calls.length;
  await until(() => server.calls.length > before || server.calls.length > 0, 'the call came');
  stop.abort(new Error('stopped'));
  await expect(call).rejects.toThrow('stopped');
});
