/**
 * How the program that makes documents is started: in a world of its own, like generated code, where this machine can
 * make one (no network, no files but its own code, its system calls filtered), else as a process that Node itself keeps from files and programs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { droppingRoot, foldersAbove, ownWorld, systemFolders } from '../sandbox/bubblewrap/bwrap-command.ts';
import { type Cgroup, entering } from '../sandbox/bubblewrap/cgroup.ts';
import { processLimit } from '../sandbox/bubblewrap/process-limit.ts';
import { bpfFilter } from '../sandbox/seccomp/bpf-filter.ts';
import { HIDDEN_MEMORY_CALLS } from '../sandbox/seccomp/rules.ts';

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
  // typst starts as many threads as there are processors.
  RAYON_NUM_THREADS: '4',
  LANG: 'C.UTF-8',
  HOME: '/tmp',
};

export interface StartedBy {
  /** bwrap and what it is told; empty where the program has no world of its own. */
  world: string[];
  /** Node and its options. */
  node: string[];
  env: Record<string, string>;
  /** The compiled filter of system calls, which bwrap reads; null without a world or for a machine that has none. */
  filter: Buffer | null;
  /** Why it has no world of its own; null where it has one. */
  notContained: string | null;
}

/** Where bwrap finds the filter. */
const FILTER_FD = 3;
const PRLIMIT = '/usr/bin/prlimit';
const OPEN_FILES = 256;

/** @param bwraps where bubblewrap may be, besides the PATH */
export async function findContainment(bwraps: readonly string[]): Promise<StartedBy> {
  const node = [process.execPath, ...NODE];
  const plain: StartedBy = { world: [], node, env: ENVIRONMENT, filter: null, notContained: null };
  if (process.platform !== 'linux') return { ...plain, notContained: 'bubblewrap needs Linux' };
  let reason = 'bubblewrap is not installed';
  const filter = ownFilter();
  for (const bwrap of [...onPath('bwrap'), ...bwraps.filter((path) => existsSync(path))]) {
    const world = [bwrap, ...(filter === null ? [] : ['--seccomp', String(FILTER_FD)]), ...inOwnWorld()];
    const contained = { ...plain, world, env: {}, filter };
    const problem = await problemOf(contained);
    if (problem === null) return contained;
    reason = problem;
  }
  return { ...plain, notContained: reason };
}

/** As generated code has it; sockets and memory outside of its size it needs never. */
function ownFilter(): Buffer | null {
  const { arch } = process;
  return arch === 'x64' || arch === 'arm64' ? bpfFilter(arch, HIDDEN_MEMORY_CALLS) : null;
}

async function problemOf(contained: StartedBy): Promise<string | null> {
  const code = 'require("node:fs").readFileSync(process.argv[1])';
  const child = startContained(contained, ['-e', code, READ[2] ?? ''], {
    cgroup: null,
    signal: AbortSignal.timeout(20_000),
  });
  child.stdin?.end();
  child.stdout?.resume();
  const said = text(child.stderr as NonNullable<typeof child.stderr>);
  const [exitCode, error] = await new Promise<[number | null, Error | null]>((resolve) => {
    child.once('error', (failed) => resolve([null, failed]));
    child.once('close', (exit) => resolve([exit, null]));
  });
  if (exitCode === 0) return null;
  return (await said).trim().split('\n').at(-1) || (error?.message ?? 'it fails');
}

/** Starts the program with these arguments, with pipes for its input, output and errors. */
export function startContained(
  { world, node, env, filter }: StartedBy,
  args: readonly string[],
  { cgroup, signal }: { cgroup: Cgroup | null; signal: AbortSignal },
): ChildProcess {
  const command = [...world, ...(world.length === 0 ? [] : limits(cgroup)), ...node, ...args];
  const [program, ...rest] = (cgroup === null ? command : entering(cgroup, command)) as [string];
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe', ...(filter === null ? [] : (['pipe'] as const))],
    env,
    cwd: '/',
    signal,
    killSignal: 'SIGKILL',
  });
  if (filter !== null) {
    const to = child.stdio[FILTER_FD] as Writable;
    // Whoever could not be started reads nothing: how it ended tells.
    to.on('error', () => {});
    to.end(filter);
  }
  return child;
}

/** What the kernel holds it to besides: files, and processes where no control group counts them. */
function limits(cgroup: Cgroup | null): string[] {
  if (!existsSync(PRLIMIT)) return [];
  const processes = processLimit(cgroup);
  return [
    PRLIMIT,
    `--nofile=${OPEN_FILES}`,
    `--fsize=${TMPFS_BYTES}`,
    '--core=0',
    ...(processes === 0 ? [] : [`--nproc=${processes}`]),
    '--',
  ];
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
