/** I6: MCP servers that are commands of the operator's end with their question, whatever they do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { createCommandTransport } from '../../../src/tool-servers/command-transport.ts';
import { createToolServerConnection } from '../../../src/tool-servers/connection.ts';
import { resultText } from '../../../src/tool-servers/result-text.ts';
import { isRunning } from '../../support/is-running.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const complaints: string[] = [];
const options = { allowHost: () => false, onComplaint: (_: string, said: string) => complaints.push(said) };
const connection = createToolServerConnection({
  ...options,
  timeouts: { list: 120_000, command: 120_000, call: 120_000 },
});
const hasty = createToolServerConnection({
  ...options,
  timeouts: { list: 120_000, command: 120_000, call: 3_000 },
});
let folder: string;

const node = (...args: string[]) => ({ command: process.execPath, args, env: {} });
const official = (name: string, ...args: string[]) =>
  node(path.join(CHECKOUT, 'node_modules/@modelcontextprotocol', name, 'dist/index.js'), ...args);
const scripted = (how: string) => node(path.join(CHECKOUT, 'test/support/command-server.mjs'), how, folder);
const textOf = (result: object) => resultText('s', result).split('\n').slice(1).join('\n');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pa-commands-'));
});
afterAll(async () => {
  await Promise.all([connection.close(), hasty.close()]);
  rmSync(folder, { recursive: true });
});

/** Of the command that hangs and its child, once it has said them. */
function pidsOf(): number[] {
  const said = path.join(folder, 'pids');
  return existsSync(said) ? readFileSync(said, 'utf8').split(' ').map(Number) : [];
}

async function expectEnded(): Promise<void> {
  const pids = pidsOf();
  expect(pids).toHaveLength(2);
  await until(() => !pids.some(isRunning), 'the command and its child were ended', 60_000);
}

test('I6: the official filesystem server, as a command, is listed and called', async () => {
  const files = official('server-filesystem', folder);
  expect((await connection.list(files)).map(({ name }) => name)).toContain('write_file');
  const at = path.join(folder, 'a.txt');
  await connection.call(files, 'write_file', { path: at, content: '圆周率' }, never);
  // Of another process, which has the file all the same.
  expect(textOf(await connection.call(files, 'read_text_file', { path: at }, never))).toContain('圆周率');
  expect(await connection.call(files, 'read_text_file', { path: '/etc/passwd' }, never)).toMatchObject({
    isError: true,
  });
});

test('I6: so is the official example server', async () => {
  const everything = official('server-everything', 'stdio');
  expect((await connection.list(everything)).map(({ name }) => name)).toContain('echo');
  expect(textOf(await connection.call(everything, 'echo', { message: 'pi' }, never))).toContain('pi');
});

test('I6: a command that hangs is given up, and ended with what it has started', async () => {
  await expect(hasty.call(scripted('hangs'), 'call', {}, never)).rejects.toThrow('did not answer within 3 s');
  await expectEnded();
});

test('R8, I6: so it is at a stop', async () => {
  const stop = new AbortController();
  rmSync(path.join(folder, 'pids'), { force: true });
  const call = connection.call(scripted('hangs'), 'call', {}, stop.signal);
  const failed = expect(call).rejects.toThrow('stopped');
  await until(() => pidsOf().length === 2, 'the command runs', 60_000);
  stop.abort(new Error('stopped'));
  await failed;
  await expectEnded();
});

test('I6: so it is when this process is killed', async () => {
  rmSync(path.join(folder, 'pids'), { force: true });
  const holder = spawn(process.execPath, [path.join(CHECKOUT, 'test/support/hold-command.ts'), folder], {
    stdio: 'ignore',
  });
  await until(() => pidsOf().length === 2, 'the command runs', 60_000);
  expect(pidsOf().every(isRunning)).toBe(true);
  holder.kill('SIGKILL');
  await expectEnded();
});

test('I6: a command that dies, floods or is none is a sentence, and what it complained of is for the operator alone', async () => {
  await expect(connection.call(scripted('dies'), 'call', {}, never)).rejects.toThrow(
    /^Its process ended with code 3\.$/,
  );
  expect(complaints.at(-1)).toBe('it was the cable\n');
  await expect(connection.call(scripted('floods'), 'call', {}, never)).rejects.toThrow(
    'It answered with more than 4 MiB.',
  );
  const none = { command: 'there-is-no-such-command', args: [], env: {} };
  await expect(connection.list(none)).rejects.toThrow('Its command was not found.');
  await expect(connection.list({ ...none, cwd: '/there/is/none' })).rejects.toThrow('could not be started');
});

test('I6: a list that has no end but that of an answer is looked at no further than is ever needed', async () => {
  const listed = await connection.list(scripted('lists'));
  expect(listed[0]?.name).toBe('call');
  expect(listed).toHaveLength(500);
});

test('I6: a message that cannot be taken is an error of its transport, and this process goes on', async () => {
  const transport = createCommandTransport(scripted('calls'));
  const failed = Promise.withResolvers<unknown>();
  transport.onerror = failed.resolve;
  transport.onmessage = () => {
    throw new RangeError('too many');
  };
  await transport.start();
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  await expect(failed.promise).resolves.toThrow('too many');
  await transport.close();
  await transport.ended;
});

test('I6: a command that the system does not start is a sentence, however it says so, and its place is given back', async () => {
  const own = createToolServerConnection(options);
  const long = node('x'.repeat(200_000));
  const zero = node('\0');
  for (let call = 0; call < 10; call += 1)
    await expect(own.list(long)).rejects.toThrow('not be started (E2BIG)');
  await expect(own.list(zero)).rejects.toThrow('could not be started');
  await own.close();
});

test('I6: so it is where no descriptor is left', async () => {
  const script = path.join(CHECKOUT, 'test/support/command-without-descriptors.ts');
  const sh = ['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath, script];
  const holder = spawn('/bin/sh', sh, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  holder.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = await once(holder, 'close');
  expect([code, printed]).toEqual([0, 'It could not be started (EMFILE).\n'.repeat(10)]);
});

test('I6: a command that may not be killed is said in the log, and held up by nothing', async () => {
  rmSync(path.join(folder, 'pids'), { force: true });
  const own = createToolServerConnection(options);
  const stop = new AbortController();
  const call = own.call(scripted('hangs'), 'call', {}, stop.signal).catch(() => {});
  await until(() => pidsOf().length === 2, 'the command runs', 60_000);
  const kill = process.kill.bind(process);
  const forbidden = jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (pid < 0) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    return kill(pid, signal);
  });
  try {
    stop.abort();
    await call;
    await own.close();
    expect(complaints).toContain('It could not be killed (EPERM).');
    await expectEnded();
  } finally {
    forbidden.mockRestore();
  }
});

test('A5, I6: a command sees nothing of this process’s environment but what every program needs', async () => {
  process.env.ENCRYPTION_KEY = 'a secret';
  const server = { ...scripted('tells'), env: { GIVEN: 'yes' } };
  const env = JSON.parse(textOf(await connection.call(server, 'call', {}, never)));
  delete process.env.ENCRYPTION_KEY;
  expect(env).toMatchObject({ GIVEN: 'yes', PATH: process.env.PATH });
  expect(env).not.toHaveProperty('ENCRYPTION_KEY');
});

test('I6: however many call at once, few commands run, and one person leaves places for others', async () => {
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(path.join(tmpdir(), 'pa-commands-'));
  const server = scripted('counts');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => connection.call(server, 'call', {}, never, { id: 'one', guest: false })),
  );
  expect(Math.max(...answers.map((one) => Number(textOf(one))))).toBeLessThanOrEqual(4);
}, 120_000);
