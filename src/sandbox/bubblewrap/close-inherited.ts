/** Descriptors that a shell above left open, which would otherwise lead into the sandbox and out again (SR-M5). */
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../../system-error.ts';

/** As /proc/self/fdinfo shows O_CLOEXEC: such a one ends with the program that has it, as all of Node's own do. */
const CLOSES_ITSELF = 0o2000000;

/** Closes what this process was given besides its standard streams and would hand on to the programs it starts. */
export function closeInherited(): void {
  for (const fd of readdirSync('/proc/self/fd')
    .map(Number)
    .filter((number) => number > 2)) {
    try {
      const flags = /^flags:\s+([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
      if (flags !== undefined && (Number.parseInt(flags, 8) & CLOSES_ITSELF) === 0) closeSync(fd);
    } catch (error) {
      if (!['ENOENT', 'EBADF'].includes(codeOf(error) ?? '')) throw error; // The listing's own.
    }
  }
}
