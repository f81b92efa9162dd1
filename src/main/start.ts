/**
 * `npm start`: the supervisor. Sets up what is missing, starts everything, keeps it running, stops it in order.
 *
 *   node src/main/start.ts [--dev]
 *
 * `npm run cluster`: the same with the topology of docker-compose.yml, as plain processes: Temporal's histories in
 * Postgres, several workers, several apis behind a proxy.
 *
 *   node src/main/start.ts --cluster [--workers 3] [--apis 2]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { readOperatorToolServers } from '../config/tool-servers.ts';
import { useProxies } from '../network/agents.ts';
import { isLoopback } from '../network/loopback.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { makeDataFolder } from '../setup/data-folder.ts';
import { elapsed } from '../setup/progress.ts';
import { SetupError } from '../setup/setup-error.ts';
import { startDevelopment } from '../supervisor/development.ts';
import { type Instance, takeDataFolder } from '../supervisor/instance.ts';
import { endOrphans } from '../supervisor/pid-file.ts';
import { createSystem, ONE_OF_EACH, type Topology } from '../supervisor/system.ts';

const say = (line: string) => console.log(line);

const ONE_REQUEST_MS = 1_000;

// Whoever reads our lines may be gone (`npm start | head`), and then there is nobody to tell. What we supervise goes on.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

async function main(): Promise<number> {
  const began = performance.now();
  const { values } = readCommandLine({
    options: {
      dev: {},
      cluster: {},
      workers: { value: 'N', default: '3' },
      apis: { value: 'N', default: '2' },
    },
  });
  const topology = values.cluster ? clusterOf(values) : ONE_OF_EACH;
  const env = withEnvFile(process.env, join(CHECKOUT, '.env'));
  useProxies(env);
  const config = readConfig(env);
  // The workers read it: what is wrong with it is said here.
  readOperatorToolServers(config.mcpServersFile);
  const folder = makeDataFolder(config.dataDir);
  const stopped = stopRequest();
  const release = await takeDataFolder(folder, say);
  try {
    const orphans = await endOrphans(folder.processes);
    if (orphans.length > 0) say(`ended what an earlier start had left running: ${orphans.join(', ')}`);
    const system = createSystem(config, env, folder, say, topology);
    stopped.onSecond(() => {
      system.kill();
      process.exit(1);
    });
    const started = system.start();
    let ready = false;
    try {
      const instance = await Promise.race([started, stopped.first]);
      if (instance !== 'stop') {
        announce(config, instance);
        say(`ready (${elapsed(began)})`);
        ready = true;
        const development = values.dev ? startDevelopment(system, instance, say) : undefined;
        await stopped.first;
        development?.stop();
      }
    } finally {
      started.catch(() => {}); // an interrupted start fails in its own time
      const stopping = performance.now();
      rmSync(folder.instance, { force: true });
      await system.stop();
      if (ready) say(`stopped (${elapsed(stopping)})`);
    }
  } finally {
    release();
  }
  return 0;
}

/** @throws ConfigError */
function clusterOf({ workers, apis }: { workers: string; apis: string }): Topology {
  for (const [name, count] of Object.entries({ workers, apis }))
    if (!/^[1-9]\d?$/.test(count)) throw new ConfigError(`--${name} must be a number from 1 to 99`);
  return { workers: Number(workers), apis: Number(apis), temporal: 'on-postgres' };
}

/** Ctrl-C, a polite kill, a closed terminal, or the end of who started us: each asks for an orderly stop. */
function stopRequest() {
  const request = Promise.withResolvers<'stop'>();
  let onSecond = () => {};
  let askedAt: number | undefined;
  const ask = () => {
    // One Ctrl-C may come several times: from the terminal, and from each process that passes it on.
    if (askedAt !== undefined && performance.now() - askedAt > ONE_REQUEST_MS) return onSecond();
    askedAt ??= performance.now();
    request.resolve('stop');
  };
  process.on('SIGINT', ask).on('SIGTERM', ask).on('SIGHUP', ask).once('disconnect', ask);
  return {
    first: request.promise,
    onSecond(action: () => void) {
      onSecond = action;
    },
  };
}

function announce(config: Config, instance: Instance): void {
  say('');
  say(`  PaperAgent    ${instance.appUrl}`);
  if (instance.temporalUiUrl) say(`  Temporal UI   ${instance.temporalUiUrl}`);
  say(
    `  model         ${config.model ? `${config.model.model} at ${config.model.baseUrl}` : 'a demo; set OPENAI_BASE_URL for a real one'}`,
  );
  say(`  data, logs    ${config.dataDir}`);
  for (const line of openTo(config)) say(line);
  say('');
}

/** Of a server that others can reach: what is open to whom, and what closes it. */
function openTo({ host, admission }: Config): string[] {
  if (isLoopback(host)) return [];
  const { registration, guests } = admission;
  const open = [
    ...(guests ? ['come in as a guest (GUESTS=off)'] : []),
    ...(registration === 'open' ? ['make an account (REGISTRATION=invitation or closed)'] : []),
  ];
  if (open.length === 0) return [];
  return [
    '',
    `  WARNING       whoever reaches ${host} can ${open.join(', and ')}, use your model and run code in the sandbox.`,
    '                What each may use is bounded by the QUOTA_ variables; see docs/operations.md.',
  ];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof ConfigError || error instanceof SetupError)
      console.error(`paperagent: ${error.message}`);
    else console.error(error);
    process.exit(1);
  },
);
