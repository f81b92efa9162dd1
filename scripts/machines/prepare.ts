/** Makes a fresh machine of a tree: a layer of its own over it, a plain user, the checkout. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { run } from './commands.ts';
import type { Machine } from './machines.ts';

/** The plain user's number; enter.sh has it too. */
const USER = 1000;

/**
 * An overlay of the machine's tree, with the checkout and what is shared in it.
 * @returns its root
 */
export async function prepareMachine(
  machine: Machine,
  { tree, folder, temporal, npmCache }: { tree: string; folder: string; temporal: string; npmCache: string },
): Promise<string> {
  const [upper = '', work = '', root = ''] = ['upper', 'work', 'root'].map((name) => join(folder, name));
  for (const each of [upper, work, root]) mkdirSync(each);
  if (sharesNpmCache(machine) && existsSync(npmCache)) {
    mkdirSync(join(upper, 'home/new'), { recursive: true });
    // Links: npm never changes a file of it, but puts new ones in their places.
    await run('cp', ['-al', npmCache, join(upper, 'home/new/.npm')]);
  }
  const layers = `lowerdir=${tree},upperdir=${upper},workdir=${work}`;
  await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  const home = join(root, 'home/new');
  const checkout = join(root, 'srv/paperagent');
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

/** Whether how packages are downloaded is not what it shows: it has those that a machine before it got. */
function sharesNpmCache({ network, readOnlyHome }: Machine): boolean {
  return network !== 'proxy' && !readOnlyHome;
}

/** Keeps what a machine has downloaded for those after it. */
export async function keepNpmCache(machine: Machine, folder: string, npmCache: string): Promise<void> {
  const got = join(folder, 'upper/home/new/.npm');
  if (sharesNpmCache(machine) && !existsSync(npmCache) && existsSync(got))
    await run('cp', ['-al', got, npmCache]);
}
