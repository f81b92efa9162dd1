/**
 * `npm run test:machines [-- names…] [--keep]`: starts the system on newcomers' machines (machines.ts), each fresh, as a
 * plain user, and asks it for π. Says what each does as it does it, prints what came of it as a table, and ends with 1
 * where that is not what is expected. Takes half an hour, the first time an hour. Needs Linux and root; `--keep` leaves the machines, with their logs, where they are.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { cacheFolder } from '../../src/setup/cache-folder.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { findTemporal } from '../../src/setup/temporal-binary.ts';
import { attempt, run } from './commands.ts';
import { followLog } from './follow-log.ts';
import { MACHINES, type Machine } from './machines.ts';
import { CHECKOUT_INSIDE, keepDownloads, prepareMachine } from './prepare.ts';
import { type RegistryProxy, startProxy } from './proxy.ts';
import { treeOf } from './trees.ts';

const PROMPT = 'Estimate π using the Monte Carlo method and plot the convergence process.';
const DONE = 'runs code, to the paper';
/** What newcomer.sh ends with where the start ended by itself, or took too long. */
const [STARTED_NOT, NOT_READY] = [90, 91];
const HERE = import.meta.dirname;
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

interface Outcome {
  /** One line for the table. */
  words: string;
  /** Undefined: it could not be tried here. */
  asExpected: boolean | undefined;
}

/** Two at once: an installation takes one processor and the registry's time. */
const AT_ONCE = 2;

type Say = (line: string) => void;

/** The command in the machine; gives its exit code. */
async function inMachine(
  machine: Machine,
  root: string,
  { network, command, say }: { network: Machine['network']; command: readonly string[]; say: Say },
): Promise<number> {
  const certificates = existsSync(join(root, CERTIFICATES))
    ? { NODE_EXTRA_CA_CERTS: CERTIFICATES, PIP_CERT: CERTIFICATES, npm_config_cafile: CERTIFICATES }
    : {};
  const proxy = 'http://127.0.0.1:3128';
  const env = {
    ...{
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/home/new',
      USER: 'new',
    },
    ...{ PORT: String(await findFreePort()), ...certificates },
    ...(network === 'proxy' ? { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } : {}),
    ...{
      ROOT: root,
      NETWORK: network,
      RELAY: `${process.execPath} ${join(HERE, 'relay.mjs')} /run/outside/proxy`,
    },
    ...{ NAMESPACES: machine.namespaces ? '1' : '0', READ_ONLY_HOME: machine.readOnlyHome ? '1' : '0' },
  };
  const own = [
    '--mount',
    '--pid',
    '--ipc',
    '--fork',
    '--kill-child',
    ...(network === 'open' ? [] : ['--net']),
  ];
  const { code, said } = await attempt('unshare', [...own, 'bash', join(HERE, 'enter.sh'), ...command], {
    env,
    cwd: '/',
  });
  if (said.trim() !== '') say(said.trim());
  return code;
}

async function tryMachine(machine: Machine, root: string, say: Say): Promise<string> {
  const stopFollowing = followLog(join(root, CHECKOUT_INSIDE, 'start.log'), say);
  let proxy: RegistryProxy | undefined;
  try {
    if (machine.network === 'proxy') {
      const socket = join(root, 'run/outside/proxy');
      proxy = await startProxy(socket);
      await run('chmod', ['666', socket]);
    }
    const newcomer = ['sh', '/srv/newcomer.sh'];
    if (machine.network === 'cut') {
      const started = await inMachine(machine, root, {
        network: 'open',
        command: [...newcomer, 'start'],
        say,
      });
      if (started !== 0) return whatItSaid(root, started);
    }
    const code = await inMachine(machine, root, {
      network: machine.network,
      command: [...newcomer, 'ask', PROMPT],
      say,
    });
    return whatItSaid(root, code);
  } finally {
    stopFollowing();
    if (proxy) say(`the proxy was asked for ${[...proxy.hosts].join(', ')}`);
    proxy?.close();
  }
}

/** DONE, or the sentence about what is missing. */
function whatItSaid(root: string, code: number): string {
  const log = (name: string) => {
    const path = join(root, CHECKOUT_INSIDE, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const [start, ask] = [log('start.log'), log('ask.log')];
  const sentence = /code cannot be run here: .*/.exec(start)?.[0];
  if (code === 0 && sentence === undefined && /run_python ok/.test(ask)) return DONE;
  if (code === 0 && sentence !== undefined) return `answers; ${sentence}`;
  const refusal = /^paperagent: (.*)/m.exec(start)?.[1];
  if (code === STARTED_NOT && refusal !== undefined) return `does not start: ${refusal}`;
  const last = (code === STARTED_NOT || code === NOT_READY ? start : ask).trim().split('\n').at(-1);
  return `ended with code ${code}: ${last}`;
}

async function outcomeOf(
  machine: Machine,
  { cache, temporal, keep, say }: { cache: string; temporal: string; keep: boolean; say: Say },
): Promise<Outcome> {
  const found = await treeOf(machine, cache, say);
  if ('missing' in found) return { words: `not run here: ${found.missing}`, asExpected: undefined };
  const folder = mkdtempSync(join(cache, `${machine.name}-`));
  try {
    const root = await prepareMachine(machine, { tree: found.tree, folder, temporal, cache });
    say('made');
    const words = await tryMachine(machine, root, say);
    await keepDownloads(machine, folder, cache);
    return { words, asExpected: machine.lacks === undefined ? words === DONE : machine.lacks.test(words) };
  } finally {
    if (keep) say(`it lies in ${folder}`);
    else {
      await attempt('umount', ['-l', join(folder, 'root')]);
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const names = MACHINES.map(({ name }) => name);
const { values, words } = readCommandLine({
  words: `names of machines (${names.join(', ')})`,
  options: { keep: {} },
});
const unknown = words.find((word) => !names.includes(word));
if (unknown !== undefined || process.getuid?.() !== 0 || process.platform !== 'linux') {
  const wrong =
    unknown === undefined ? 'it takes Linux, and root to make machines' : `there is no machine "${unknown}"`;
  console.error(`test:machines: ${wrong}`);
  process.exit(2);
}

const dataDir = join(CHECKOUT, 'pa_data');
const cache = join(await cacheFolder({ env: process.env, dataDir }), 'machines');
mkdirSync(cache, { recursive: true });
const temporal = await findTemporal({
  env: process.env,
  dataDir,
  onProgress: (line) => console.error(line),
});
const waiting = MACHINES.filter(({ name }) => words.length === 0 || words.includes(name));
const rows = new Map<Machine, string>();

/** The others are tried all the same. */
function notTried(error: Error): Outcome {
  return { words: `could not be tried: ${error.message}`, asExpected: false };
}

/** Tries one after the other until none is left. */
async function tryThem(): Promise<void> {
  for (let machine = waiting.shift(); machine !== undefined; machine = waiting.shift()) {
    const { name, what } = machine;
    const began = performance.now();
    const seconds = () => Math.round((performance.now() - began) / 1000);
    const say = (line: string) => console.error(`${name}, ${seconds()} s: ${line}`);
    say(what);
    const outcome = outcomeOf(machine, { cache, temporal, keep: values.keep, say });
    const { words: said, asExpected } = await outcome.catch(notTried);
    rows.set(machine, `| ${what} | ${said} | ${asExpected === undefined ? '' : seconds()} |`);
    say(asExpected === false ? `not as expected: ${said}` : said);
    if (asExpected === false) process.exitCode = 1;
  }
}

const began = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, tryThem));
const table = MACHINES.flatMap((machine) => rows.get(machine) ?? []);
console.log(['| machine | what came of it | seconds |', '|---|---|---|', ...table].join('\n'));
console.log(`in all ${Math.round((performance.now() - began) / 60_000)} minutes, ${AT_ONCE} at once`);
