/**
 * Writes src/sandbox/seccomp/numbers.ts: the numbers of the calls that calls.ts names, as the kernel's headers give them to
 * programs. The headers of all machines are in one package of Debian 13 and later:
 *
 *   apt-get download linux-libc-dev && dpkg-deb -x linux-libc-dev_*_all.deb headers
 *   node scripts/syscall-numbers.mjs headers
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CALLS } from '../src/sandbox/seccomp/calls.ts';

const OUT = fileURLToPath(new URL('../src/sandbox/seccomp/numbers.ts', import.meta.url));
/** Our names of machines, as Docker and Linux call them, and the headers' names. */
const MACHINES = { x86_64: 'x86', aarch64: 'arm64' };

const headers = process.argv[2];
if (headers === undefined) {
  console.error('say the folder that the package linux-libc-dev was unpacked to');
  process.exit(2);
}

/** Every number of a machine, by its call's name. */
function numbersOf(machine) {
  const text = readFileSync(path.join(headers, 'usr/lib/linux/uapi', machine, 'asm/unistd_64.h'), 'utf8');
  return new Map(
    [...text.matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(([, name, number]) => [name, number]),
  );
}

function versionOf() {
  const text = readFileSync(path.join(headers, 'usr/include/linux/version.h'), 'utf8');
  const part = (name) => new RegExp(`LINUX_VERSION_${name} (\\d+)`).exec(text)?.[1];
  return ['MAJOR', 'PATCHLEVEL', 'SUBLEVEL'].map(part).join('.');
}

const tables = Object.values(MACHINES).map(numbersOf);
const lines = Object.values(CALLS)
  .flat()
  .map((name) => {
    const numbers = tables.map((table) => table.get(name) ?? 'null');
    if (numbers.every((number) => number === 'null')) throw new Error(`no machine has a call ${name}`);
    return `  ${name}: [${numbers.join(', ')}],`;
  });
const text = `/**
 * Written by scripts/syscall-numbers.mjs from the headers of Linux ${versionOf()}: the numbers of the calls that calls.ts
 * names, [${Object.keys(MACHINES).join(', ')}], null where that machine has no such call. Numbers never change once given.
 */
import type { SyscallName } from './calls.ts';

export type SyscallNumbers = readonly [${Object.keys(MACHINES)
  .map((name) => `${name}: number | null`)
  .join(', ')}];

export const SYSCALLS: Readonly<Record<SyscallName, SyscallNumbers>> = {
${lines.join('\n')}
};
`;
writeFileSync(OUT, text);
