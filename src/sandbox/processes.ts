/** Reading /proc: which processes belong to a sandbox and how much memory they hold. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const PAGE = 4096;
/** Linux's own size of a socket's buffer. */
const DEFAULT_BUFFER = 212_992;

/** A process that is gone reads as empty: processes come and go while they are looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** When a process started, in clock ticks since boot: with its id, it names a process for ever. */
export function startTimeOf(pid: number): string | null {
  // The second field, the name in brackets, may hold spaces and brackets itself.
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? null;
}

/** Who a process is: ids are given again, and another machine (or container) counts its own. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
  /** The running kernel and its process namespace. */
  machine: string;
}

export function thisMachine(): string {
  return `${read('/proc/sys/kernel/random/boot_id').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) ?? 'gone', machine: thisMachine() };
}

export function isRunning(identity: ProcessIdentity): boolean {
  const stat = read(`/proc/${identity.pid}/stat`).split(') ').at(-1)?.split(' ');
  return stat?.[19] === identity.startTime && stat[0] !== 'Z' && stat[0] !== 'X';
}

export function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** All processes under one, itself included. Inside a process namespace, orphans go to its first process. */
export function treeOf(root: number): number[] {
  const found = [root];
  for (let index = 0; index < found.length; index += 1) found.push(...childrenOf(found[index] as number));
  return found;
}

function residentBytes(pid: number): number {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE;
}

/** What the kernel needs to know where a process's pages are: gigabytes for one that reads where nothing is (SR-H4). */
function pageTableBytes(pid: number): number {
  return Number(/^VmPTE:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/**
 * What the pairs of sockets in a process's network may hold, full or not: their buffers show in nobody's size (SR-H4). A
 * buffer takes a last piece when it is nearly full, hence twice its size.
 */
function socketBytes(pid: number): number {
  const pairs = read(`/proc/${pid}/net/unix`).split('\n').length - 2; // A heading, and the end of the last line.
  return Math.max(0, pairs) * 2 * Number(read('/proc/sys/net/core/wmem_default') || DEFAULT_BUFFER);
}

/** Memory of this machine that may still be had, in bytes; without end where the kernel does not say. */
export function availableMemory(): number {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1];
  return kib === undefined ? Number.POSITIVE_INFINITY : Number(kib) * 1024;
}

/** A page that several processes share is counted in parts; null where the kernel will not say. */
function proportionalBytes(pid: number): number | null {
  const kib = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

/**
 * Memory that a tree of processes holds, page tables and sockets included, in bytes. Resident sizes are cheap but count shared pages again for
 * each process; only where their sum is above `limit` is the exact, slower figure asked for.
 */
export function memoryOf(root: number, limit: number): number {
  const tree = treeOf(root);
  const hidden = tree.reduce((total, pid) => total + pageTableBytes(pid), socketBytes(root));
  const resident = tree.map(residentBytes);
  const sum = resident.reduce((total, bytes) => total + bytes, hidden);
  if (sum <= limit) return sum;
  return tree.reduce((total, pid, index) => total + (proportionalBytes(pid) ?? resident[index] ?? 0), hidden);
}

/** Processes and threads that a user has now. */
export function threadsOfUser(uid: number): number {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => read(`/proc/${pid}/status`))
    .filter((status) => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status))
    .reduce((sum, status) => sum + Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1), 0);
}
