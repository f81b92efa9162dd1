/** The bwrap command line of a sandbox (S10): what is visible inside, and nothing else. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_FILES } from '../sandbox-files.ts';
import { SCRIPT_ENVIRONMENT } from '../script-environment.ts';
import { WORKSPACE_INSIDE } from '../script-path.ts';
import { UNPRIVILEGED_ID } from '../unprivileged-id.ts';
import {
  byteCodeFolder,
  layerInside,
  MPL_INSIDE,
  OWN_MODULES,
  type PythonEnvironment,
} from './python-environment.ts';

const TMPFS_BYTES = 64 * 1024 ** 2;
const VENV_INSIDE = '/opt/python';
/** What each Python finds without being told (PYTHONPATH). */
const SITE_INSIDE = '/opt/paperagent/site';

const ENVIRONMENT = { PATH: `${VENV_INSIDE}/bin:/usr/bin:/bin`, ...SCRIPT_ENVIRONMENT };

export interface BwrapCommand {
  bwrap: string;
  python: PythonEnvironment;
  workspace: string;
  /** True when bwrap is run by root, and has to give that up before Python starts. */
  asRoot: boolean;
  /** `ahead` imports numpy and matplotlib before the script is known (S12). */
  start: 'now' | 'ahead';
  /** Processes and threads that the user may have; 0 when something else limits them. */
  maxProcesses: number;
  /**
   * Descriptors in the new process: the compiled filter, where bwrap reports its child and exit code, and what is
   * visible inside (`isolationArguments`), which names the host's folders and therefore stands in no command line.
   */
  seccompFd: number;
  statusFd: number;
  argumentsFd: number;
  /** Where the run tells what it finds and reads (sandbox/paperagent.py). */
  toldFd: number;
}

/** bwrap makes the folders above a mount for its own user only, who is not always the one who goes in. */
export function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.flatMap((_, depth) => ['--perms', '0755', '--dir', `/${names.slice(0, depth + 1).join('/')}`]);
}

/** What programs need of the machine: its libraries, read-only. */
export function systemFolders(): string[] {
  const args = ['--ro-bind', '/usr', '/usr'];
  for (const name of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) {
    if (!existsSync(name)) continue;
    if (lstatSync(name).isSymbolicLink()) args.push('--symlink', readlinkSync(name), name);
    else args.push('--ro-bind', name, name);
  }
  args.push(...foldersAbove('/etc/fonts'));
  for (const name of ['ld.so.cache', 'fonts', 'localtime', 'alternatives'])
    args.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  return args;
}

/** A world of its own: no network, no other processes, no capability but those by which root gives itself up. */
export function ownWorld(asRoot: boolean): string[] {
  const args = ['--die-with-parent', '--new-session', '--hostname', 'sandbox', '--clearenv', '--chdir', '/'];
  if (!asRoot) return [...args, '--unshare-all', '--unshare-user', '--disable-userns', '--cap-drop', 'ALL'];
  args.push('--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try');
  args.push('--cap-drop', 'ALL');
  for (const capability of ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP']) args.push('--cap-add', capability);
  return args;
}

/** The part that says which files, processes and networks there are. Without a command at its end. */
function isolation(command: Pick<BwrapCommand, 'python' | 'workspace' | 'asRoot'>): string[] {
  const { python, workspace, asRoot } = command;
  const args = ownWorld(asRoot);
  args.push(...systemFolders());
  if (!python.basePrefix.startsWith('/usr'))
    args.push(...foldersAbove(python.basePrefix), '--ro-bind', python.basePrefix, python.basePrefix);
  args.push(
    ...foldersAbove(MPL_INSIDE),
    '--ro-bind',
    python.venv,
    VENV_INSIDE,
    '--ro-bind',
    python.mpl,
    MPL_INSIDE,
  );
  for (const { list, site } of python.layers) args.push('--ro-bind', site, layerInside(list));
  args.push('--ro-bind', join(SANDBOX_FILES, 'bootstrap.py'), '/opt/paperagent/bootstrap.py');
  args.push(...foldersAbove(`${SITE_INSIDE}/x`));
  for (const name of OWN_MODULES) args.push('--ro-bind', join(SANDBOX_FILES, name), `${SITE_INSIDE}/${name}`);
  // Without it each run compiles them anew; set-up makes it.
  args.push('--ro-bind-try', byteCodeFolder(python.venv), `${SITE_INSIDE}/__pycache__`);
  args.push('--proc', '/proc', '--dev', '/dev');
  for (const folder of ['/dev/shm', '/tmp'])
    args.push('--perms', '1777', '--size', String(TMPFS_BYTES), '--tmpfs', folder);
  args.push('--bind', workspace, WORKSPACE_INSIDE);
  args.push('--remount-ro', '/dev', '--remount-ro', '/');
  for (const [name, value] of Object.entries(ENVIRONMENT)) args.push('--setenv', name, value);
  return args;
}

/** What `--args` reads: the same arguments, each ended by a zero. */
export function isolationArguments(command: Pick<BwrapCommand, 'python' | 'workspace' | 'asRoot'>): string {
  return isolation(command)
    .map((argument) => `${argument}\0`)
    .join('');
}

/** Root gives up its ids and every capability, also those that could be regained; others have none to give. */
export function droppingRoot(asRoot: boolean): string[] {
  if (!asRoot) return [];
  const id = String(UNPRIVILEGED_ID);
  return [
    'setpriv',
    '--reuid',
    id,
    '--regid',
    id,
    '--clear-groups',
    '--bounding-set=-all',
    '--inh-caps=-all',
  ];
}

/** @returns program and arguments; the script's name is then written to its standard input (bootstrap.py). */
export function bwrapCommand(command: BwrapCommand): string[] {
  return [
    command.bwrap,
    ...['--args', String(command.argumentsFd)],
    ...['--seccomp', String(command.seccompFd), '--json-status-fd', String(command.statusFd), '--'],
    ...droppingRoot(command.asRoot),
    ...[
      `${VENV_INSIDE}/bin/python`,
      '/opt/paperagent/bootstrap.py',
      command.start,
      String(command.maxProcesses),
      String(command.toldFd),
    ],
  ];
}

/** The same sandbox, running one expression of Python: to find out whether it can be had at all. */
export function probeCommand(
  command: Pick<BwrapCommand, 'bwrap' | 'python' | 'workspace' | 'asRoot'>,
  expression: string,
): string[] {
  return [
    command.bwrap,
    ...isolation(command),
    '--',
    ...droppingRoot(command.asRoot),
    ...[`${VENV_INSIDE}/bin/python`, '-c', expression],
  ];
}
