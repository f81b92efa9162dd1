/** Looks for programs that got out of a sandbox, or stayed after it. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Ids of the processes that have this workspace as their /workspace: bubblewrap's command line names none (SR-L7), so
 * what they see mounted tells them.
 */
export function processesInside(workspace: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // Each line: id, parent, device, what of that file system, where it is seen, … (proc_pid_mountinfo(5)).
        return readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
          .split('\n')
          .map((line) => line.split(' '))
          .some(([, , , root = '/', at]) => at === '/workspace' && root !== '/' && workspace.endsWith(root));
      } catch {
        return false; // It ended while it was looked at.
      }
    })
    .map(Number);
}

/** Those of them that are bubblewrap's own, inside and above. */
export function bubblewrapsOf(workspace: string): number[] {
  const inside = processesInside(workspace);
  const isBubblewrap = new Set(processesWith('bwrap'));
  return [...new Set([...inside, ...inside.map(parentOf)])].filter((pid) => isBubblewrap.has(pid));
}

/** 0 for a process that has ended. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Ids of the machine's processes whose command line holds all of `markers`. */
export function processesWith(...markers: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return markers.every((marker) => command.includes(marker));
      } catch {
        return false; // It ended while it was looked at.
      }
    })
    .map(Number);
}
