/**
 * As whom Postgres runs. It refuses to run as root, so root lends it another identity: the system's `postgres`
 * account where that one can enter the folders, else root itself under another number (a user namespace), for
 * a checkout in a folder that only root may enter.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from './setup-error.ts';

export interface PostgresAccount {
  /** What to put before a command line. */
  prefix: readonly string[];
  /** What to pass to spawn; empty for one's own identity. */
  identity: { uid?: number; gid?: number };
  /** Hands a file or folder to this account. */
  own(path: string): void;
}

const oneself: PostgresAccount = { prefix: [], identity: {}, own: () => {} };
/** In the namespace we have these ids; outside, root's. They must be some account's: Postgres looks up its name. */
function underAnotherNumber({ uid, gid }: { uid: number; gid: number }): PostgresAccount {
  return { ...oneself, prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'] };
}
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Chooses the account, and creates the system's `postgres` account when root has none.
 * @param folders absolute paths that it must be able to enter
 * @throws SetupError with a sentence that names the folder which it cannot enter
 */
export function choosePostgresAccount(folders: readonly string[]): PostgresAccount {
  if (process.getuid?.() !== 0) return oneself;
  const ids = systemAccount();
  const closed =
    ids && folders.map((folder) => firstClosed(folder, ids)).find((folder) => folder !== undefined);
  if (ids && !closed) return { prefix: [], identity: ids, own: (path) => chownSync(path, ids.uid, ids.gid) };
  const renumbered = underAnotherNumber(ids ?? NOBODY);
  const [command = '', ...args] = renumbered.prefix;
  if (succeeds(command, [...args, 'true'])) return renumbered;
  throw new SetupError(
    closed
      ? `Postgres cannot run as root, and its user may not enter ${closed}: run \`chmod o+x ${closed}\`, or start as another user`
      : 'Postgres cannot run as root, and no user for it could be made: start as another user, or set DATABASE_URL',
  );
}

function systemAccount(): { uid: number; gid: number } | undefined {
  const lookUp = () => {
    const [uid, gid] = ['-u', '-g'].map((flag) => {
      const { status, stdout } = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
      return status === 0 ? Number(stdout) : undefined;
    });
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  };
  const found = lookUp();
  if (found) return found;
  succeeds('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]);
  return lookUp();
}

/** The outermost folder on the way to `folder` that this identity may not enter. */
function firstClosed(folder: string, identity: { uid: number; gid: number }): string | undefined {
  const parent = dirname(folder);
  const above = parent === folder ? undefined : firstClosed(parent, identity);
  if (above !== undefined) return above;
  return succeeds('test', ['-x', folder], { ...identity, cwd: '/' }) ? undefined : folder;
}

function succeeds(command: string, args: string[], options: SpawnSyncOptions = {}): boolean {
  return spawnSync(command, args, { ...options, stdio: 'ignore' }).status === 0;
}
