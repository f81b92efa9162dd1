/**
 * `npm run test:machines [-- names…] [--keep]`: starts the system on newcomers' machines (machines.ts), each fresh, as a
 * plain user, and asks it for π. Prints what came of it as a table, and ends with 1 where that is not what is expected.
 * Takes an hour the first time. Needs Linux and root; `--keep` leaves the machines, with their logs, where they are.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const say = (line: string) => console.error(line);

/** The command in the machine; gives its exit code. */
async function inMachine(
  machine: Machine,
  root: string,
  network: Machine['network'],
  command: readonly string[],
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

async function tryMachine(machine: Machine, root: string): Promise<string> {
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
      const started = await inMachine(machine, root, 'open', [...newcomer, 'start']);
      if (started !== 0) return whatItSaid(root, started);
    }
    const code = await inMachine(machine, root, machine.network, [...newcomer, 'ask', PROMPT]);
    return whatItSaid(root, code);
  } finally {
    stopFollowing();
    if (proxy) say(`  the proxy was asked for ${[...proxy.hosts].join(', ')}`);
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

async function outcomeOf(machine: Machine, cache: string, temporal: string, keep: boolean): Promise<Outcome> {
  const found = await treeOf(machine, cache, say);
  if ('missing' in found) return { words: `not run here: ${found.missing}`, asExpected: undefined };
  const folder = mkdtempSync(join(cache, `${machine.name}-`));
  try {
    const root = await prepareMachine(machine, { tree: found.tree, folder, temporal, cache });
    const words = await tryMachine(machine, root);
    await keepDownloads(machine, folder, cache);
    return { words, asExpected: machine.lacks === undefined ? words === DONE : machine.lacks.test(words) };
  } finally {
    if (keep) say(`  it lies in ${folder}`);
    else {
      await attempt('umount', ['-l', join(folder, 'root')]);
      rmSync(folder, { recursive: true, force: true });
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
const temporal = await findTemporal({ env: process.env, dataDir, onProgress: say });
const rows: string[] = [];
for (const machine of MACHINES) {
  if (words.length > 0 && !words.includes(machine.name)) continue;
  say(`${machine.name}: ${machine.what}`);
  const began = performance.now();
  const { words: said, asExpected } = await outcomeOf(machine, cache, temporal, values.keep);
  const seconds = asExpected === undefined ? '' : Math.round((performance.now() - began) / 1000);
  rows.push(`| ${machine.what} | ${said} | ${seconds} |`);
  if (asExpected === false) {
    process.exitCode = 1;
    say(`  not as expected: ${said}`);
  }
}
console.log(['| machine | what came of it | seconds |', '|---|---|---|', ...rows].join('\n'));
