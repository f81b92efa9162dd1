/**
 * The seccomp rules as a classic BPF program, which is what `bwrap --seccomp FD` reads: `struct sock_filter`s of
 * 8 bytes, little-endian (both supported machines are). The program sees `struct seccomp_data`:
 * nr (4 bytes at 0), arch (4 at 4), instruction pointer (8 at 8), six arguments (8 each, from 16).
 */
import type { SyscallName } from './calls.ts';
import { SYSCALLS } from './numbers.ts';
import { ABSENT_CALLS, ALLOWED_CALLS, ARGUMENT_RULES, type ArgumentRule, EPERM } from './rules.ts';

export type Machine = 'x64' | 'arm64';

const MACHINES = {
  x64: { audit: 0xc000003e, column: 0 },
  arm64: { audit: 0xc00000b7, column: 1 },
} as const;

const LOAD_WORD = 0x20;
const AND = 0x54;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const fail = (errno: number) => 0x00050000 | errno;

/** Calls of the x32 interface have this bit; none of them is allowed. */
const X32_BIT = 0x40000000;

interface Instruction {
  code: number;
  k: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  yes?: number;
  no?: number;
}

const give = (k: number): Instruction => ({ code: RETURN, k });
const load = (offset: number): Instruction => ({ code: LOAD_WORD, k: offset });

/** `[3, 4, 5, 9]` → `[[3, 5], [9, 9]]`: 300 numbers make about 40 ranges. */
function ranges(numbers: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && number <= last[1] + 1) last[1] = Math.max(last[1], number);
    else found.push([number, number]);
  }
  return found;
}

function allowRange([low, high]: [number, number]): Instruction[] {
  return [{ code: JUMP_AT_LEAST, k: low, no: 2 }, { code: JUMP_GREATER, k: high, yes: 1 }, give(ALLOW)];
}

/** Everything about one call whose argument decides; ends in a return, so that it may change the accumulator. */
function allowByArgument(rule: ArgumentRule, number: number): Instruction[] {
  const low = 16 + rule.index * 8;
  const upperHalfIsZero = [load(low + 4), { code: JUMP_EQUAL, k: 0, yes: 1 }, give(fail(EPERM))];
  const body = [
    ...(rule.mask === undefined ? upperHalfIsZero : []),
    load(low),
    ...(rule.mask === undefined ? [] : [{ code: AND, k: rule.mask }]),
    ...rule.values.flatMap((value) => [{ code: JUMP_EQUAL, k: value, no: 1 }, give(ALLOW)]),
    give(fail(EPERM)),
  ];
  return [{ code: JUMP_EQUAL, k: number, no: body.length }, ...body];
}

/**
 * @param refused calls that are refused besides the rules.
 * @returns the program for that machine, as `--seccomp` wants it.
 */
export function bpfFilter(machine: Machine, refused: readonly SyscallName[] = []): Buffer {
  const { audit, column } = MACHINES[machine];
  const numbersOf = (names: readonly SyscallName[]) =>
    names.flatMap((name) => (refused.includes(name) ? [] : (SYSCALLS[name][column] ?? [])));
  const program: Instruction[] = [
    load(4),
    { code: JUMP_EQUAL, k: audit, yes: 1 },
    give(KILL_PROCESS),
    load(0),
    { code: JUMP_AT_LEAST, k: X32_BIT, no: 1 },
    give(fail(EPERM)),
    ...ranges(numbersOf(ALLOWED_CALLS)).flatMap(allowRange),
    ...ABSENT_CALLS.flatMap(({ name, errno }) =>
      numbersOf([name]).flatMap((number) => [{ code: JUMP_EQUAL, k: number, no: 1 }, give(fail(errno))]),
    ),
    ...ARGUMENT_RULES.flatMap((rule) =>
      numbersOf([rule.name]).flatMap((number) => allowByArgument(rule, number)),
    ),
    give(fail(EPERM)),
  ];
  return Buffer.concat(program.map(encode));
}

function encode({ code, k, yes = 0, no = 0 }: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(yes, 2);
  bytes.writeUInt8(no, 3);
  bytes.writeUInt32LE(k, 4);
  return bytes;
}
