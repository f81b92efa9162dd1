/** Whether this machine can make bubblewrap sandboxes: found out by making one. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { PythonChoice } from '../python-lists.ts';
import { probeCommand } from './bwrap-command.ts';
import { makeCgroup } from './cgroup.ts';
import { findPythonEnvironment, type PythonEnvironment } from './python-environment.ts';

const run = promisify(execFile);

export type FoundBubblewrap =
  | { found: true; bwrap: string; python: PythonEnvironment; notEnforced: string[] }
  /** `setUp`: whether set-up has not been run, rather than something being in the way. */
  | { found: false; reason: string; setUp: boolean };

function onPath(program: string): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).filter((path) => existsSync(path));
}

/** @returns what is in the way of this bwrap, or null when it works. */
async function problemOf(
  bwrap: string,
  python: PythonEnvironment,
  workspace: string,
): Promise<string | null> {
  const asRoot = process.getuid?.() === 0;
  const [program, ...args] = probeCommand({ bwrap, python, workspace, asRoot }, 'import _socket') as [string];
  try {
    await run(program, args, { env: { PATH: process.env.PATH }, timeout: 10_000 });
    return null;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr?.trim() || message).split('\n').at(-1) ?? 'it fails';
  }
}

/** Root may make control groups in most places, others in few: what cannot be held to is said at start (S10). */
function notEnforced(): string[] {
  const cgroup = makeCgroup(`probe-${randomUUID()}`);
  cgroup?.remove();
  if (cgroup) return [];
  return [
    'memory is sampled 40 times a second instead of being limited',
    'one processor is asked for, not enforced',
  ];
}

/** Settings of the kernel that deny user namespaces, and the value that allows them again. */
const DENIALS = [
  // Ubuntu since 23.10: AppArmor denies them to plain users; root is not asked.
  { setting: 'kernel.apparmor_restrict_unprivileged_userns', denies: '1', allows: '0', root: false },
  // Debian's own, off on machines that were made safer by hand.
  { setting: 'kernel.unprivileged_userns_clone', denies: '0', allows: '1', root: false },
  { setting: 'user.max_user_namespaces', denies: '0', allows: '15000', root: true },
];

/** What a person can do where the kernel is set to deny user namespaces, to be put behind the reason. */
export function namespaceRemedy(
  read: (setting: string) => string | undefined,
  asRoot: boolean,
): string | undefined {
  const denial = DENIALS.find(({ setting, denies, root }) => (root || !asRoot) && read(setting) === denies);
  if (!denial) return undefined;
  const { setting, denies, allows } = denial;
  return ` (${setting} is ${denies}: run \`sudo sysctl -w ${setting}=${allows}\`)`;
}

/** Undefined where this kernel has no such setting. */
function readSetting(setting: string): string | undefined {
  const path = join('/proc/sys', ...setting.split('.'));
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** @param given.stateDir a folder of ours: an empty workspace is made in it. */
export async function findBubblewrap(
  given: PythonChoice & {
    cacheDir: string;
    stateDir: string;
  },
): Promise<FoundBubblewrap> {
  const { cacheDir, stateDir } = given;
  if (process.platform !== 'linux') return { found: false, setUp: false, reason: 'bubblewrap needs Linux' };
  if (!(process.arch === 'x64' || process.arch === 'arm64'))
    return { found: false, setUp: false, reason: `bubblewrap sandboxes have no filter for ${process.arch}` };
  const python = findPythonEnvironment(cacheDir, given);
  if (!python) return { found: false, setUp: true, reason: 'the Python environment has not been made yet' };
  const workspace = join(stateDir, 'probe');
  mkdirSync(workspace, { recursive: true });
  let reason = '';
  for (const bwrap of [...onPath('bwrap'), python.bundledBwrap]) {
    const problem = await problemOf(bwrap, python, workspace);
    if (!problem) return { found: true, bwrap, python, notEnforced: notEnforced() };
    reason = problem;
  }
  return {
    found: false,
    setUp: false,
    reason: `bubblewrap cannot make a sandbox on this machine: ${reason}${namespaceRemedy(readSetting, process.getuid?.() === 0) ?? ''}`,
  };
}
