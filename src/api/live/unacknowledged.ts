/**
 * What the kernel holds of connections until the other side has acknowledged it. Node knows only what the kernel has not
 * taken yet: a few small events to somebody who is gone are taken at once, and sent again for a quarter of an hour. Nor
 * can Node bound that (TCP_USER_TIMEOUT), and TCP's own keep-alive asks nothing while something is on its way.
 */
import { readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Linux' tables of this network namespace's connections, in text. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/** Of each line: tx_queue in hexadecimal (what was written and is not acknowledged), and the socket's inode. */
const ROW = /^ *\d+: \S+ \S+ \S+ ([0-9A-F]+):\S+ +\S+ +\S+ +\d+ +\d+ +(\d+) /gm;

/** The name that the tables have for a connection; undefined where this system has none, or it is closed. */
export function inodeOf(socket: Socket): string | undefined {
  const { _handle: handle } = socket as Socket & { _handle?: { fd?: number } | null };
  if (process.platform !== 'linux' || handle?.fd === undefined || handle.fd < 0) return undefined;
  return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${handle.fd}`))?.[1];
}

/**
 * How many bytes of these connections are not acknowledged, by inode. One that is not among them is not known of: the
 * tables are no single moment's, and elsewhere than on Linux there are none.
 */
export async function unacknowledgedBytes(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  if (inodes.size === 0) return found;
  for (const table of TABLES) readRows(await readTable(table), inodes, found);
  return found;
}

/** Adds what a table says of these connections. */
export function readRows(table: string, inodes: ReadonlySet<string>, found: Map<string, number>): void {
  for (const [, bytes = '', inode = ''] of table.matchAll(ROW))
    if (inodes.has(inode)) found.set(inode, Number.parseInt(bytes, 16));
}

/** A kernel without IPv6 has no table for it, and one that is hidden tells nothing. */
async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES') return '';
    throw error;
  }
}
