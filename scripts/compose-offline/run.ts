/**
 * `npm run compose:offline [-- --keep] [--no-build]`: runs docker-compose.yml for real on a machine that reaches no image registry.
 * Makes the base images, builds, brings everything up with two apis and two workers, plays turns through the proxy
 * with the demo model and code in containers, kills an api and a worker meanwhile, and says what it saw. Needs root,
 * an engine, docker-compose, debootstrap and Go. With --keep it is left running; with --no-build the images of the
 * last time are taken.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { followTurn } from '../../src/cli/ask/follow-turn.ts';
import { guestOf } from '../../src/cli/ask/guest.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { BASES, makeBases } from './base-images.ts';
import { output, run } from './commands.ts';

const PROMPT = 'Estimate π using the Monte Carlo method and plot the convergence process.';
const READY_MS = 240_000;

const began = performance.now();
const say = (line: string) => console.log(`${((performance.now() - began) / 1000).toFixed(0)} s  ${line}`);

const folder = mkdtempSync(join(tmpdir(), 'paperagent-compose-'));
const dataDir = join(CHECKOUT, 'pa_data', 'compose-offline');
const [port, uiPort] = [await findFreePort(), await findFreePort()];
const secret = () => randomBytes(32).toString('hex');
const variables = {
  ...{ COMPOSE_PROJECT_NAME: 'paperagent-offline', PAPERAGENT_VERSION: 'offline', PA_DATA: dataDir },
  ...{ POSTGRES_PASSWORD: secret(), DATABASE_PASSWORD: secret(), TEMPORAL_DATABASE_PASSWORD: secret() },
  ...{ JWT_SECRET: secret(), ENCRYPTION_KEY: secret() },
  ...{ PORT: String(port), TEMPORAL_UI_PORT: String(uiPort) },
  ...BASES,
};
const envFile = join(folder, 'env');
writeFileSync(
  envFile,
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join(''),
);

const compose = (...args: string[]) => output('docker-compose', ['--env-file', envFile, ...args], variables);
const url = `http://127.0.0.1:${port}`;

async function containersOf(service: string): Promise<string[]> {
  return (await compose('ps', '-q', service)).split('\n').filter(Boolean);
}

async function untilReady(): Promise<void> {
  for (const late = Date.now() + READY_MS; ; await delay(500)) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > late) throw new Error(`not ready: ${await answer?.text()}`);
  }
}

/** One turn by a socket through the proxy; `strike` is called when its first output of code has come. */
async function playTurn(guest: ReturnType<typeof guestOf>, strike: () => Promise<void>): Promise<string> {
  const { id } = (await guest.post('/api/works', { title: 'Compose, offline' })) as { id: string };
  const events: LogEvent[] = [];
  let struck: Promise<void> | undefined;
  let losses = 0;
  const outcome = await followTurn({
    url: `${url.replace('http', 'ws')}/api/chat/ws/${id}`,
    token: guest.token,
    id: randomUUID(),
    text: PROMPT,
    onAsk: async () => undefined,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'tool.output') struck ??= strike();
    },
    onConnection: (state) => {
      if (state === 'lost') losses += 1;
    },
    stop: new AbortController().signal,
  });
  await struck;
  const gaps = events.filter((event, index) => index > 0 && event.seq !== (events[index - 1]?.seq ?? 0) + 1);
  const endings = events.flatMap((event) => (event.kind === 'tool.completed' ? (event.ending ?? []) : []));
  const superseded = events.filter(({ kind }) => kind === 'step.superseded').length;
  const figures = readdirSync(join(dataDir, 'workspaces', id, 'images'));
  if (outcome !== 'done' || gaps.length > 0 || !endings.includes('exited') || figures.length === 0)
    throw new Error(`the turn is ${outcome}, gaps ${gaps.length}, runs ${endings}, figures ${figures}`);
  return `${events.length} events without a gap, runs of code: ${endings.join(', ')}; figures: ${figures.join(', ')}; connections lost: ${losses}; steps begun again: ${superseded}`;
}

async function play(): Promise<void> {
  say('docker-compose up, with two apis and two workers');
  await compose('up', '-d', '--no-build', '--scale', 'api=2', '--scale', 'worker=2');
  say('everything is started');
  await untilReady();
  say(`ready at ${url}, Temporal's page at http://127.0.0.1:${uiPort}`);
  const guest = guestOf(url, folder);
  say(`a turn: ${await playTurn(guest, async () => {})}`);
  say(
    `a turn, whose api is killed: ${await playTurn(guest, async () => {
      const [first] = await containersOf('api');
      await run('docker', ['kill', first ?? '']);
      say(`killed the api ${first?.slice(0, 12)}`);
    })}`,
  );
  say(
    `a turn, one of whose workers is killed: ${await playTurn(guest, async () => {
      const [first] = await containersOf('worker');
      await run('docker', ['kill', first ?? '']);
      say(`killed the worker ${first?.slice(0, 12)}`);
    })}`,
  );
  say(await compose('ps'));
}

async function build(): Promise<void> {
  say('making the base images');
  await makeBases(say);
  say('building the app');
  const app = ['--file', 'docker/app.Dockerfile', '--build-arg', `BASE_IMAGE=${BASES.NODE_IMAGE}`];
  // npm has to be reached, and not every engine has a network for builds; compose then finds the layers made.
  await run('docker', [
    'build',
    '--network',
    'host',
    '--quiet',
    ...app,
    '--tag',
    'paperagent-app:offline',
    '.',
  ]);
  say('docker-compose build');
  await compose('build');
  await run(process.execPath, ['src/main/sandbox-doctor.ts'], { SANDBOX: 'docker', REQUIRE_DOCKER: '1' });
  say(await output('docker', ['images', '--filter', 'reference=paperagent-*:offline']));
}

mkdirSync(dataDir, { recursive: true });
try {
  if (!process.argv.includes('--no-build')) await build();
  await play();
} catch (error) {
  say(`failed: ${(error as Error).message}`);
  say(
    await compose(
      'logs',
      '--tail',
      '8',
      'proxy',
      'api',
      'worker',
      'engine-proxy',
      'migrate',
      'prepare',
    ).catch(String),
  );
  process.exitCode = 1;
} finally {
  if (process.argv.includes('--keep'))
    say(`left running; docker-compose --env-file ${envFile} down -v ends it`);
  else {
    await compose('down', '--volumes', '--timeout', '20');
    rmSync(folder, { recursive: true });
    rmSync(dataDir, { recursive: true, force: true });
    say('down');
  }
}
