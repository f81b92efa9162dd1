/** What docs/clients.md gives people to paste, tried as it stands (I2 to I5, I8). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as acp from '@agentclientprotocol/sdk';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { BUILD_CACHE, CHECKOUT } from '../../src/setup/checkout.ts';
import { testWith } from '../support/needs.ts';
import { pythonClients } from '../support/python-clients.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const ANSWER = 'Pi is about 3.1416.';

let system: TestSystem;
let token: string;
let key: string;
let folder: string;

beforeAll(async () => {
  // Where Node finds the packages that the page's programs import.
  folder = mkdtempSync(path.join(BUILD_CACHE, 'client-pages-'));
  system = await startTestSystem({ script: () => textReply(ANSWER) });
  await system.startWorker();
  const account = await system.guest();
  token = account.token;
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    name: 'a client',
    scopes: ['read', 'write'],
  });
  key = ((await made.json()) as { key: string }).key;
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Block {
  language: string;
  code: string;
  /** What stands above it, for the test's title. */
  heading: string;
}

function blocks(): Block[] {
  const page = readFileSync(path.join(CHECKOUT, 'docs/clients.md'), 'utf8');
  let heading = '';
  return [...page.matchAll(/^## (.*)$|^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, title, language, code]) => {
    heading = title ?? heading;
    return language === undefined || code === undefined ? [] : [{ language, code, heading }];
  });
}

/** An editor's settings: starts the command in them as an editor does, asks, and gives what came. */
async function askAsEditor(settings: string): Promise<string> {
  const { agent_servers } = JSON.parse(settings) as {
    agent_servers: Record<string, { command: string; args: string[]; env: Record<string, string> }>;
  };
  const [{ command, args, env } = { command: 'false', args: [], env: {} }] = Object.values(agent_servers);
  // As the bootstrap would once everything is installed: a test installs nothing.
  expect([command, ...args.slice(0, 2)]).toEqual([
    'node',
    path.join(CHECKOUT, 'scripts/bootstrap.mjs'),
    'acp',
  ]);
  const started = [path.join(CHECKOUT, 'src/main/acp.ts'), ...args.slice(2)];
  const child = spawn(process.execPath, started, {
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let said = '';
  const stream = acp.ndJsonStream(
    Writable.toWeb(child.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
  );
  const editor = acp
    .client({ name: 'an editor' })
    .onNotification('session/update', ({ params: { update } }) => {
      if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text')
        said += update.content.text;
    });
  await editor.connectWith(stream, async (agent) => {
    await agent.request('initialize', { protocolVersion: acp.PROTOCOL_VERSION, clientCapabilities: {} });
    const { sessionId } = await agent.request('session/new', { cwd: '/', mcpServers: [] });
    await agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text: 'Estimate pi' }] });
  });
  child.kill();
  return said;
}

/** Runs it as whoever pasted it would, at the test's server; gives what it printed. */
async function paste({ language, code }: Block): Promise<string> {
  const program = code
    .replaceAll('http://127.0.0.1:3000', system.url)
    .replaceAll('pa_…', key)
    .replaceAll('/path/to/PaperAgent', CHECKOUT);
  if (language === 'json') return await askAsEditor(program);
  const module = path.join(folder, 'pasted.mjs');
  if (language === 'ts') writeFileSync(module, program);
  const commands: Record<string, [string, string[]]> = {
    sh: ['bash', ['-c', program]],
    python: ['python3', ['-c', program]],
    ts: [process.execPath, [module]],
  };
  const [command, args] = commands[language] ?? ['false', []];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TOKEN: token, PYTHONPATH: pythonClients(), NODE_OPTIONS: '' },
  });
  const [printed, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return printed + complaint;
}

const all = blocks();

for (const [index, block] of all.entries()) {
  const run = block.language === 'python' ? testWith('Python clients') : test;
  run(
    `docs/clients.md, "${block.heading}", block ${index + 1} (${block.language}) works as it stands`,
    async () => {
      const printed = await paste(block);
      if (block.code.includes('/api/auth/keys'))
        expect(JSON.parse(printed)).toMatchObject({ name: 'my script' });
      // In the log as it streams, a word may stand in a piece of its own.
      else expect(printed.replaceAll(/data: .*?"content":"([^"]*)".*\n|\n/g, '$1')).toContain(ANSWER);
    },
  );
}

test('the page has something to paste for each interface', () => {
  expect(all.length).toBeGreaterThan(4);
});
