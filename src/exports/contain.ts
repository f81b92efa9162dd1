/**
 * How the program that makes documents is started: in a world of its own, like generated code, where this machine can
 * make one (no network, no files but its own code), else as a process that Node itself keeps from files and programs.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { droppingRoot, foldersAbove, ownWorld, systemFolders } from '../sandbox/bubblewrap/bwrap-command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What it is made of. Not the checkout: settings and data may lie there. */
const READ = [join(ROOT, 'src'), join(ROOT, 'node_modules'), join(ROOT, 'package.json')];

const TMPFS_BYTES = 16 * 1024 ** 2;

/** Its heap is small; what is large is outside it (watch-memory.ts). */
const NODE = [
  '--permission',
  ...READ.map((path) => `--allow-fs-read=${path}${path.endsWith('.json') ? '' : '/*'}`),
  '--allow-worker',
  '--allow-addons',
  '--max-old-space-size=512',
  '--disable-warning=SecurityWarning',
  '--disable-warning=ExperimentalWarning',
];

/** Whatever would ask the network is sent to a port where nobody is, where it is not cut off from it anyway. */
const NOWHERE = 'http://127.0.0.1:9';
const ENVIRONMENT = {
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  ALL_PROXY: NOWHERE,
  LANG: 'C.UTF-8',
  HOME: '/tmp',
};

export interface StartedBy {
  program: string;
  args: string[];
  env: Record<string, string>;
  /** null where it has a world of its own. */
  notContained: string | null;
}

/** @param bwraps where bubblewrap may be, besides the PATH */
export async function findContainment(bwraps: readonly string[]): Promise<StartedBy> {
  const plain = { program: process.execPath, args: NODE, env: ENVIRONMENT };
  if (process.platform !== 'linux') return { ...plain, notContained: 'bubblewrap needs Linux' };
  let reason = 'bubblewrap is not installed';
  for (const bwrap of [...onPath('bwrap'), ...bwraps.filter((path) => existsSync(path))]) {
    const args = [...inOwnWorld(), process.execPath, ...NODE];
    try {
      await promisify(execFile)(
        bwrap,
        [...args, '-e', 'require("node:fs").readFileSync(process.argv[1])', READ[2] ?? ''],
        {
          env: {},
          timeout: 20_000,
        },
      );
      return { program: bwrap, args, env: {}, notContained: null };
    } catch (error) {
      reason = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1) || (error as Error).message;
    }
  }
  return { ...plain, notContained: reason };
}

function onPath(program: string): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).filter((path) => existsSync(path));
}

function inOwnWorld(): string[] {
  const asRoot = process.getuid?.() === 0;
  const args = [...ownWorld(asRoot), ...systemFolders()];
  const bound = process.execPath.startsWith('/usr/') ? READ : [...READ, process.execPath];
  for (const path of bound) args.push(...foldersAbove(path), '--ro-bind', path, path);
  args.push('--proc', '/proc', '--dev', '/dev');
  args.push(
    '--perms',
    '1777',
    '--size',
    String(TMPFS_BYTES),
    '--tmpfs',
    '/tmp',
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
  );
  for (const [name, value] of Object.entries(ENVIRONMENT)) args.push('--setenv', name, value);
  return [...args, '--setenv', 'PATH', '/usr/bin:/bin', '--', ...droppingRoot(asRoot)];
}
