import { expect, test } from '@jest/globals';
import { bpfFilter, type Machine } from '../../../src/sandbox/seccomp/bpf-filter.ts';
import type { SyscallName } from '../../../src/sandbox/seccomp/calls.ts';
import { SYSCALLS } from '../../../src/sandbox/seccomp/numbers.ts';
import { HIDDEN_MEMORY_CALLS } from '../../../src/sandbox/seccomp/rules.ts';

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Runs a program as the kernel would. @returns `allow`, `kill`, or the number of the error. */
function decide(program: Buffer, nr: number, arch: number, args: bigint[] = []): string | number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  args.forEach((value, index) => {
    data.writeBigUInt64LE(value, 16 + index * 8);
  });
  let word = 0;
  for (let at = 0; ; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const k = program.readUInt32LE(at * 8 + 4);
    const jump = (holds: boolean) => {
      at += program[at * 8 + (holds ? 2 : 3)] as number;
    };
    if (code === 0x20) word = data.readUInt32LE(k);
    else if (code === 0x54) word = (word & k) >>> 0;
    else if (code === 0x15) jump(word === k);
    else if (code === 0x25) jump(word > k);
    else if (code === 0x35) jump(word >= k);
    else if (code === 0x06) {
      if (k === 0x7fff0000) return 'allow';
      return k >>> 16 === 5 ? k & 0xffff : 'kill';
    } else throw new Error(`instruction ${code} is none of ours`);
  }
}

const machines: Machine[] = ['x64', 'arm64'];
const numberOf = (machine: Machine, name: SyscallName) => SYSCALLS[name][machine === 'x64' ? 0 : 1] as number;

test.each(machines)(
  'S2: on %s everyday calls are allowed and all numbers that are not listed are refused',
  (machine) => {
    const program = bpfFilter(machine);
    const listed = new Map(
      (Object.entries(SYSCALLS) as [SyscallName, readonly (number | null)[]][]).flatMap(([name, numbers]) => {
        const number = numbers[machine === 'x64' ? 0 : 1];
        return typeof number === 'number' ? [[number, name] as const] : [];
      }),
    );
    const decided = Object.fromEntries(
      Array.from({ length: 600 }, (_, nr) => [nr, decide(program, nr, AUDIT[machine])]).filter(
        ([nr, result]) => result !== (listed.has(nr as number) ? 'allow' : 1),
      ),
    );
    // Of those whose arguments decide only those of sockets are refused when they are 0.
    expect(decided).toEqual({
      [numberOf(machine, 'clone3')]: 38,
      [numberOf(machine, 'openat2')]: 38,
      [numberOf(machine, 'fallocate')]: 95,
      [numberOf(machine, 'socket')]: 1,
      [numberOf(machine, 'socketpair')]: 1,
    });
  },
);

test.each(machines)('S2: on %s sockets are local or of the internet, and no namespace is made', (machine) => {
  const program = bpfFilter(machine);
  const socket = (family: bigint) => decide(program, numberOf(machine, 'socket'), AUDIT[machine], [family]);
  expect([1n, 2n, 10n].map(socket)).toEqual(['allow', 'allow', 'allow']);
  expect([16n, 17n, 38n, 40n, 2n + (1n << 32n)].map(socket)).toEqual([1, 1, 1, 1, 1]);
  const pair = (family: bigint) => decide(program, numberOf(machine, 'socketpair'), AUDIT[machine], [family]);
  expect([1n, 2n, 16n, 30n].map(pair)).toEqual(['allow', 1, 1, 1]);
  const clone = (flags: bigint) => decide(program, numberOf(machine, 'clone'), AUDIT[machine], [flags]);
  expect(clone(0x3d0f00n)).toBe('allow');
  expect([0x10000000n, 0x20000n, 0x40000000n, 0x2000000n].map(clone)).toEqual([1, 1, 1, 1]);
});

test.each(machines)('SR-H3: on %s no file is given a set-user-id or set-group-id bit', (machine) => {
  const program = bpfFilter(machine);
  const calls = { fchmod: 1, fchmodat: 2, fchmodat2: 2, openat: 3, mknodat: 2 } as const;
  for (const [name, index] of Object.entries(calls)) {
    const withMode = (mode: bigint) =>
      decide(program, numberOf(machine, name as SyscallName), AUDIT[machine], [
        ...Array<bigint>(index).fill(0n),
        mode,
      ]);
    expect([0o755n, 0o1777n, 0o100644n].map(withMode)).toEqual(['allow', 'allow', 'allow']);
    expect([0o4755n, 0o2755n, 0o6000n, 0o104755n].map(withMode)).toEqual([1, 1, 1, 1]);
  }
});

test('S2: another interface to the kernel than the machine’s own gets nowhere', () => {
  const program = bpfFilter('x64');
  expect(decide(program, 1, 0x40000003)).toBe('kill');
  expect(decide(program, 0x40000000 | 1, AUDIT.x64)).toBe(1);
});

test('S10: memory that no process’s size shows is refused where sizes are all that is watched, but for asyncio’s pairs', () => {
  const program = bpfFilter('x64', HIDDEN_MEMORY_CALLS);
  expect(decide(program, numberOf('x64', 'socketpair'), AUDIT.x64, [1n])).toBe('allow');
  for (const name of HIDDEN_MEMORY_CALLS) expect(decide(program, numberOf('x64', name), AUDIT.x64)).toBe(1);
  expect(decide(program, numberOf('x64', 'mmap'), AUDIT.x64)).toBe('allow');
});
