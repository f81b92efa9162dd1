/**
 * Makes sandbox/requirements.lock.txt from sandbox/requirements.txt: every package that pip may install, by version
 * and by the hashes of its files, for all systems and for Python 3.10 and newer. Needs Python and the package index.
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

const scratch = mkdtempSync(join(tmpdir(), 'paperagent-lock-'));
try {
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', scratch, UV]);
  const options = ['--universal', '--python-version=3.10', '--only-binary=:all:', '--generate-hashes'];
  const text = execFileSync(
    join(scratch, 'bin', 'uv'),
    ['pip', 'compile', '--quiet', '--no-header', '--no-annotate', ...options, 'sandbox/requirements.txt'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 },
  );
  const today = new Date().toISOString().slice(0, 10);
  const head = `# Made by scripts/lock-requirements.mjs on ${today} from requirements.txt; not edited by hand.\n`;
  writeFileSync(join(root, 'sandbox', 'requirements.lock.txt'), head + text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
