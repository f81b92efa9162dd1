/** Which Node runs the TypeScript sources. Plain JavaScript without dependencies, on the machine's own Node. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root, absolute, without a slash at its end. */
export const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)));

/** Where npm installs. */
export const modules = join(root, 'node_modules');

const OLDEST = 24;

/** Whether the Node that runs this would do. */
export const isNewEnough = Number(process.versions.node.split('.')[0]) >= OLDEST;

/** The optional packages of package.json that may bring this machine's Node. */
export const nodePackages = [
  `node-${process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
];

/**
 * Says at once what would otherwise be said by a loader, after minutes of installing: Temporal's worker and Postgres'
 * server come built against glibc alone.
 * @param {string} platform of Node's names
 * @param {{ glibcVersionRuntime?: string }} header of Node's report about itself: which libc it runs on
 * @throws {Error} with a sentence for the person at the terminal
 */
export function needGlibc(platform = process.platform, header = headerOfReport()) {
  if (platform !== 'linux' || header.glibcVersionRuntime !== undefined) return;
  throw new Error(
    'this machine has another libc than glibc (Alpine has musl), and Temporal and Postgres are built for glibc alone: please use Debian, Ubuntu or Fedora, or a container of such an image, like node:24-bookworm',
  );
}

function headerOfReport() {
  // Else it looks up the names of whoever is connected.
  process.report.excludeNetwork = true;
  return process.report.getReport().header;
}

/**
 * The Node that was installed, else this one where it is new enough (platforms that the installed one is not built
 * for). It is looked for in its package: several of them bring a `node`, and npm 10 may leave none in .bin then.
 * @param {string} [folder] the node_modules to look in
 * @returns {string} an absolute path
 * @throws {Error} with a sentence for the person at the terminal
 */
export function findRuntime(folder = modules) {
  const { platform, arch, versions, execPath } = process;
  let reason = `npm has none for ${platform} ${arch}`;
  for (const name of nodePackages) {
    const installed = join(folder, name, 'bin', 'node');
    if (!existsSync(installed)) continue;
    const { status, stderr, error } = spawnSync(installed, ['--version'], { encoding: 'utf8' });
    if (status === 0) return installed;
    reason = `the one that npm installed does not run here (${whyNot(stderr, error)})`;
  }
  if (isNewEnough) return execPath;
  throw new Error(
    `Node ${OLDEST} is needed, this is ${versions.node}, and ${reason}: please install Node ${OLDEST} or newer`,
  );
}

/** A program that is there, and whose loader is not, is "not found": it was built for another libc. */
function whyNot(stderr, error) {
  if (error?.code === 'ENOENT') return 'it needs glibc';
  return stderr?.trim().split('\n').at(-1) || error?.message;
}
