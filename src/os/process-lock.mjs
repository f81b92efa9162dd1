/**
 * Which process is which, and locks that die with their holder. A process id alone proves nothing (ids are
 * given again), so a process is named by its id and its start time. Plain JavaScript without dependencies:
 * it runs before anything is installed.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * When a process started, in a form that can be compared: on Linux the boot's id and clock ticks, elsewhere
 * what `ps` prints. Undefined when there is no such process (a zombie counts as none).
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTimeOf(pid) {
  if (process.platform !== 'linux') return ps(pid, 'lstart') || undefined;
  const [state, ...fields] = statOf(pid);
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[18]}`;
}

/**
 * A process's command line, its arguments separated by spaces; empty when there is no such process.
 * @param {number} pid
 * @returns {string}
 */
export function commandLineOf(pid) {
  if (process.platform !== 'linux') return ps(pid, 'args');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** As whom a process runs; undefined when there is no such process. */
function userOf(pid) {
  if (process.platform !== 'linux') return Number(ps(pid, 'ruid') || Number.NaN);
  try {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** The fields of /proc/{pid}/stat from the third, the state, on; empty when there is no such process. */
function statOf(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return [];
  }
  // The second field is the command in parentheses and may hold anything: count from the last parenthesis.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** One column that `ps` prints of a process; empty when there is no such process: it exits with 1 then. */
function ps(pid, column) {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/**
 * Whether the process that was noted down is still that process.
 * @param {{ pid: number, startTime: string }} noted
 */
export function isAlive(noted) {
  return noted.startTime === startTimeOf(noted.pid);
}

/** This process, to be noted down. */
export function thisProcess() {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

/**
 * Takes the lock `file` for this process, or says who holds it. A lock whose holder is dead counts as free, and so
 * does one that somebody else wrote in the name of a process that is not theirs.
 * @param {string} file its folder must exist
 * @returns {{ taken: true, release: () => void } | { taken: false, holder: { pid: number, startTime: string } }}
 */
export function takeLock(file) {
  const mine = JSON.stringify(thisProcess());
  const draft = `${file}.${randomUUID()}`;
  // `wx`: never through a link that lies there already.
  writeFileSync(draft, mine, { mode: 0o600, flag: 'wx' });
  // Some disks keep no owners (NFS for root, macOS's external ones): nothing can be told by them there.
  const keepsOwners = process.getuid !== undefined && statSync(draft).uid === process.getuid();
  try {
    for (;;) {
      try {
        linkSync(draft, file); // appears with its content, or not at all
        return { taken: true, release: () => releaseLock(file, mine) };
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const found = read(file);
      if (found === undefined) continue;
      const holder = parse(found);
      if (holder && isAlive(holder) && (!keepsOwners || ownerOf(file) === userOf(holder.pid)))
        return { taken: false, holder };
      setAside(file, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead holder's lock; should another process have replaced it meanwhile, theirs is put back. */
function setAside(file, expected) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== expected) linkSync(aside, file);
  rmSync(aside, { force: true });
}

function ownerOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.uid;
}

function releaseLock(file, mine) {
  if (read(file) === mine) rmSync(file, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    const { pid, startTime } = JSON.parse(text);
    return Number.isInteger(pid) && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}
