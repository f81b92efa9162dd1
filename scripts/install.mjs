/** Installs what package-lock.json asks for, when it is not there yet. Plain JavaScript on the machine's own Node. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { takeLock } from '../src/os/process-lock.mjs';
import { findRuntime, isNewEnough, modules, nodePackages, root } from './runtime.mjs';

const stamp = join(modules, '.paperagent-installed');

/**
 * Makes node_modules what package-lock.json says. Two that start at once do it once: the second waits.
 * @throws {Error} with a sentence for the person at the terminal
 */
export async function installDependencies() {
  const wanted = lockHash();
  if (isInstalled(wanted)) return;
  // In the checkout itself, where nobody else can hold it; not in node_modules, which npm empties.
  const lock = await takeLockPatiently(join(root, '.paperagent-install.lock'));
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
 * needs one (Node comes as its platform's package, and src/setup makes Postgres's links).
 */
async function runNpm() {
  console.log('installing packages (a minute or two, the first time only)');
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const beat = setInterval(() => console.log(`  still installing packages, ${seconds()}`), 15_000);
  // Beside node_modules, which npm empties; deleted while it runs, which does it no harm.
  const draft = mkdtempSync(join(root, '.paperagent-node-'));
  try {
    const cache = cacheForNpm(process.env.npm_config_cache ?? join(homedir(), '.npm'), draft);
    await npmCi(root, await nodeForNpm(draft, cache), cache);
  } finally {
    clearInterval(beat);
    rmSync(draft, { recursive: true, force: true });
  }
  console.log(`installed packages in ${seconds()}`);
}

/**
 * The Node that npm is to run on: npm leaves out optional packages, such as the native half of a build tool, that
 * do not name the Node it runs on. An older one therefore installs the Node of package-lock.json first, by itself.
 */
async function nodeForNpm(draft, cache) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const [name] = nodePackages.filter((each) => lock.packages[`node_modules/${each}`]);
  if (name === undefined || isNewEnough) return findRuntime();
  const ofNode = lockOfOne(lock, name);
  writeFileSync(join(draft, 'package.json'), JSON.stringify(ofNode.packages['']));
  writeFileSync(join(draft, 'package-lock.json'), JSON.stringify(ofNode));
  await npmCi(draft, process.execPath, cache);
  return findRuntime(join(draft, 'node_modules'));
}

/** What package-lock.json says of one package, as the lock of a folder that needs it: one that fails is then told. */
export function lockOfOne({ packages, ...head }, name) {
  const { optional: _, ...entry } = packages[`node_modules/${name}`];
  const own = { name: 'node', version: '1.0.0', dependencies: { [name]: entry.version } };
  return { ...head, packages: { '': own, [`node_modules/${name}`]: entry } };
}

/**
 * Where npm keeps what it downloads: its usual folder, or one in `draft` where that cannot be written. Without one
 * npm 10 leaves packages out, removes the folder that it works in, and ends with code 0.
 */
export function cacheForNpm(usual, draft) {
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return usual;
  } catch {
    return join(draft, 'cache');
  }
}

/** `npm ci` in a folder, by the npm that runs us where one does, on this Node. */
async function npmCi(folder, node, cache) {
  const cli = process.env.npm_execpath;
  const npm = cli && /npm-cli\.c?js$/.test(cli) ? [node, cli] : ['npm'];
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const env = {
    ...process.env,
    npm_config_cache: cache,
    PATH: [dirname(node), process.env.PATH ?? ''].join(delimiter),
  };
  const { code, errors } = await run([...npm, ...args], { cwd: folder, env });
  if (code === 0) return;
  process.stderr.write(errors);
  throw new Error(`the packages could not be installed: npm ci ended with code ${code}, its words are above`);
}

function run([command, ...args], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) => resolve({ code, errors }));
  });
}
