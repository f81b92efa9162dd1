/**
 * Completes package-lock.json after `npm install` against a registry that does not carry every platform's
 * build of an optional package: npm then leaves those out of the lock, and `npm ci` refuses it everywhere.
 * Their versions are pinned exactly by the packages that ask for them, and which machine they are for is in
 * their names, so the entries can be written without their packages. Their hashes, like any that npm has left out
 * because it saw no package, are asked of the registry that npm uses.
 *
 *   node scripts/complete-lock.mjs          completes the file, and those of bench/peers
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ');
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');
const LIBRARIES = { gnu: 'glibc', musl: 'musl' };

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));

/** Every lock of the checkout: its own, and that of each peer. */
export function locks() {
  const peers = join(CHECKOUT, 'bench', 'peers');
  const folders = readdirSync(peers, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [CHECKOUT, ...folders.map(({ name }) => join(peers, name))].map((folder) =>
    join(folder, 'package-lock.json'),
  );
}

/**
 * The entries that are missing from a lock document (as parsed from package-lock.json), keyed by their path.
 * @param {{ packages: Record<string, any> }} lock
 * @returns {Record<string, object>}
 */
export function missingEntries(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(lock.packages, path, name)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...machineOf(name),
      };
    }
  }
  return missing;
}

/**
 * Gives each entry without a hash the one that its package has.
 * @param {Record<string, any>} packages
 * @param {(name: string, version: string) => Promise<string>} ask
 * @returns {Promise<number>} how many got one
 */
export async function addHashes(packages, ask) {
  let added = 0;
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link || entry.integrity) continue;
    const hash = await ask(entry.name ?? path.split('node_modules/').at(-1), entry.version);
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(hash)) throw new Error(`${path} has no hash: ${hash}`);
    entry.integrity = hash;
    added += 1;
  }
  return added;
}

async function askRegistry(name, version) {
  const { stdout } = await promisify(execFile)('npm', ['view', `${name}@${version}`, 'dist.integrity']);
  return stdout.trim();
}

/** Whether `name`, asked for by the package at `path`, has an entry there or in a folder above. */
function resolves(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

function machineOf(name) {
  const words = name.split(/[-/]/);
  const pick = (known) => words.filter((word) => known.includes(word));
  const [os, cpu] = [pick(SYSTEMS), pick(PROCESSORS)];
  if (os.length + cpu.length === 0) throw new Error(`${name} does not name the machine that it is for`);
  const libc = words.filter((word) => word in LIBRARIES).map((word) => LIBRARIES[word]);
  return {
    ...(cpu.length ? { cpu } : {}),
    ...(libc.length ? { libc } : {}),
    ...(os.length ? { os } : {}),
  };
}

/** Completes one lock in place. */
async function complete(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock);
  const [root, ...rest] = Object.entries({ ...lock.packages, ...missing });
  const added = await addHashes(Object.fromEntries(rest), askRegistry);
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(
    file,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries([root, ...rest]) }, null, 2)}\n`,
  );
  console.log(`${relative(CHECKOUT, file)}: ${Object.keys(missing).length} entries added, ${added} hashes`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const file of locks()) await complete(file);
