/** Makes a fresh machine of a tree: a layer of its own over it, a plain user, the checkout. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { run } from './commands.ts';
import type { Machine } from './machines.ts';

/** The plain user's number; enter.sh has it too. */
const USER = 1000;
/** Where a machine has the checkout; newcomer.sh has it too. */
export const CHECKOUT_INSIDE = 'srv/paperagent';

/**
 * An overlay of the machine's tree, with the checkout and what is shared in it.
 * @returns its root
 */
export async function prepareMachine(
  machine: Machine,
  { tree, folder, temporal, cache }: { tree: string; folder: string; temporal: string; cache: string },
): Promise<string> {
  const [upper = '', work = '', root = ''] = ['upper', 'work', 'root'].map((name) => join(folder, name));
  for (const each of [upper, work, root]) mkdirSync(each);
  for (const [name, inHome] of sharedBy(machine)) {
    const kept = join(cache, name);
    if (!existsSync(kept)) continue;
    mkdirSync(dirname(join(upper, inHome)), { recursive: true });
    // Links: neither npm nor pip changes a file of it, but puts new ones in their places.
    await run('cp', ['-al', kept, join(upper, inHome)]);
  }
  const layers = `lowerdir=${tree},upperdir=${upper},workdir=${work}`;
  await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  const home = join(root, 'home/new');
  const checkout = join(root, CHECKOUT_INSIDE);
  mkdirSync(home, { recursive: true });
  await run('git', ['clone', '--quiet', '--no-hardlinks', CHECKOUT, checkout]);
  await run('chown', ['-R', `${USER}:${USER}`, home, checkout]);
  const account = `grep -q :${USER}: etc/passwd || { echo new:x:${USER}:${USER}::/home/new:/bin/sh >>etc/passwd; echo new:x:${USER}: >>etc/group; }`;
  await run('sh', ['-c', account], { cwd: root });
  for (const name of ['resolv.conf', 'hosts'])
    cpSync(join('/etc', name), join(root, 'etc', name), { dereference: true });
  // Building it takes five minutes, and is tried elsewhere: all machines have the one that is here.
  cpSync(temporal, join(root, 'usr/local/bin/temporal'));
  cpSync(join(import.meta.dirname, 'newcomer.sh'), join(root, 'srv/newcomer.sh'));
  mkdirSync(join(root, 'run/outside'), { recursive: true });
  return root;
}

/** What npm and pip downloaded: where it is kept, and where a machine has it. */
const DOWNLOADS: readonly (readonly [name: string, inHome: string])[] = [
  ['npm', 'home/new/.npm'],
  ['pip', 'home/new/.cache/pip'],
];

/** A machine has what those before it downloaded, where the way of downloading is not what it shows. */
function sharedBy({ network, readOnlyHome }: Machine): typeof DOWNLOADS {
  return network === 'proxy' || readOnlyHome ? [] : DOWNLOADS;
}

/** Keeps what a machine has downloaded for those after it; what has been kept before gets what is new. */
export async function keepDownloads(machine: Machine, folder: string, cache: string): Promise<void> {
  for (const [name, inHome] of sharedBy(machine)) {
    const got = join(folder, 'upper', inHome);
    if (!existsSync(got)) continue;
    mkdirSync(join(cache, name), { recursive: true });
    await run('cp', ['-alf', `${got}/.`, join(cache, name)]);
  }
}
