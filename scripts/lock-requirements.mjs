/**
 * Makes the lock files of what scripts may import (sandbox/*.txt): every package by version and by the hashes of its
 * files, for all systems and for Python 3.10 to 3.14, wheels alone. Each list is a layer on those before it: its lock
 * holds what they do not have yet, and a later list never holds an earlier one back. Needs Python and the package index.
 *
 *   node scripts/lock-requirements.mjs          the newest versions of today
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './runtime.mjs';

/** The resolver, which is not part of what it resolves. */
const UV = 'uv==0.13.9';

/** Lists that are resolved together, each with those that it builds on; `requirements` alone says what is in the first. */
const LISTS = ['requirements', 'libraries', 'heavy'];
const PYTHONS = ['3.10', '3.11', '3.12', '3.13', '3.14'];
const MACHINES = ['x86_64-manylinux_2_28', 'aarch64-manylinux_2_28'];

const sandbox = join(root, 'sandbox');
const scratch = mkdtempSync(join(tmpdir(), 'paperagent-lock-'));

function uv(...args) {
  const options = { cwd: sandbox, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 };
  return execFileSync(join(scratch, 'bin', 'uv'), args, options);
}

/** Resolves lists together. @returns the entries of a lock file, by name and version */
function resolve(lists, constraints) {
  const options = ['--universal', '--python-version=3.10', '--only-binary=:all:', '--generate-hashes'];
  const files = lists.map((list) => `${list}.txt`);
  const held = constraints === undefined ? [] : ['--constraints', constraints];
  const text = uv('pip', 'compile', '--quiet', '--no-header', '--no-annotate', ...options, ...held, ...files);
  return text.split(/\n(?=[a-z])/).map((entry) => `${entry.trimEnd()}\n`);
}

/** `name==version`; its markers, which say for which Python it is, may differ between two resolutions. */
const versionOf = (entry) => entry.slice(0, entry.search(/[ \\]/));

/** @throws where a package has no wheel for a Python or a machine that sandboxes are made for */
function checkWheels(file) {
  for (const python of PYTHONS)
    for (const machine of MACHINES) {
      const where = [
        '--python-version',
        python,
        '--python-platform',
        machine,
        '--target',
        join(scratch, 'none'),
      ];
      uv('pip', 'install', '--quiet', '--dry-run', '--no-deps', '--only-binary=:all:', ...where, '-r', file);
    }
}

try {
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', scratch, UV]);
  const kept = join(scratch, 'kept.txt');
  // The first two agree with each other, or code could not use them together; the third goes by them.
  const both = resolve(LISTS.slice(0, 2));
  writeFileSync(kept, both.join(''));
  const first = new Set(resolve(LISTS.slice(0, 1), kept).map(versionOf));
  const layers = [
    both.filter((entry) => first.has(versionOf(entry))),
    both.filter((entry) => !first.has(versionOf(entry))),
  ];
  const known = new Set(both.map(versionOf));
  layers.push(resolve(LISTS, kept).filter((entry) => !known.has(versionOf(entry))));
  const today = new Date().toISOString().slice(0, 10);
  for (const [index, list] of LISTS.entries()) {
    const file = join(sandbox, `${list}.lock.txt`);
    const head = `# Made by scripts/lock-requirements.mjs on ${today} from ${list}.txt; not edited by hand.\n`;
    writeFileSync(file, head + layers[index].join(''));
    checkWheels(file);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
