/**
 * Completes package-lock.json after `npm install` against a registry that does not carry every platform's
 * build of an optional package: npm then leaves those out of the lock, and `npm ci` refuses it everywhere.
 * Their versions are pinned exactly by the packages that ask for them, and which machine they are for is in
 * their names, so the entries can be written without asking anyone. Such an entry has no integrity hash.
 *
 *   node scripts/complete-lock.mjs          completes the file
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ');
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');
const LIBRARIES = { gnu: 'glibc', musl: 'musl' };

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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock);
  const [root, ...rest] = Object.entries({ ...lock.packages, ...missing });
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(
    file,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries([root, ...rest]) }, null, 2)}\n`,
  );
  console.log(`${Object.keys(missing).length} entries added to package-lock.json`);
}
