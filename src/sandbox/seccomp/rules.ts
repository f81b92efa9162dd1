/**
 * What generated code may ask of the kernel (S2): the calls that Docker's default profile allows to a process
 * without capabilities, less those that no numerical script needs and that have let code out of containers
 * before: io_uring, vsock, netlink and packet sockets, userfaultfd, keyctl, add_key, mount, ptrace,
 * process_vm_*, bpf, perf_event_open. One list; the Docker profile and the BPF program are both made from it.
 */
import type { SyscallName } from './calls.ts';
import { SYSCALLS } from './numbers.ts';

export const EPERM = 1;
const ENOSYS = 38;
const EOPNOTSUPP = 95;

/** The call is allowed when its argument number `index`, masked, has one of these values. */
export interface ArgumentRule {
  name: SyscallName;
  index: number;
  /** 32 bits; the upper half of the argument has to be 0 unless a mask is given. */
  mask?: number;
  values: readonly number[];
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** clone's flags that make a namespace, each of which is refused. */
const CLONE_NEW_ANYTHING = 0x7e020000;

/** S_ISUID and S_ISGID: on a file of the host such a bit lends the server's user to whoever starts it (SR-H3). */
const SET_ID_BITS = 0o6000;

/** The calls that give a file its mode, by which argument. */
const MODE_ARGUMENTS = {
  chmod: 1,
  fchmod: 1,
  fchmodat: 2,
  fchmodat2: 2,
  creat: 1,
  open: 2,
  openat: 3,
  mknod: 1,
  mknodat: 2,
} as const;

const noSetIdBits = Object.entries(MODE_ARGUMENTS).map(([name, index]) => ({
  name: name as keyof typeof MODE_ARGUMENTS,
  index,
  mask: SET_ID_BITS,
  values: [0],
}));

export const ARGUMENT_RULES: readonly ArgumentRule[] = [
  ...noSetIdBits,
  { name: 'socket', index: 0, values: [AF_UNIX, AF_INET, AF_INET6] },
  { name: 'socketpair', index: 0, values: [AF_UNIX] },
  { name: 'clone', index: 0, mask: CLONE_NEW_ANYTHING, values: [0] },
  // Linux, Linux with 32-bit emulation of uname, each with and without fixed addresses, and the question.
  { name: 'personality', index: 0, values: [0, 8, 0x20000, 0x20008, 0xffffffff] },
];

/**
 * Answered as by a kernel, or a file system, that does not have them, so that libraries fall back to what can be
 * judged: `clone`, whose flags can be read, for clone3; `openat`, whose mode can be read, for openat2; and writing for
 * fallocate, which takes gigabytes of the disk in milliseconds, before anybody has looked (SR-C2).
 */
export const ABSENT_CALLS: readonly { name: SyscallName; errno: number }[] = [
  { name: 'clone3', errno: ENOSYS },
  { name: 'openat2', errno: ENOSYS },
  // The one error at which glibc's posix_fallocate writes instead.
  { name: 'fallocate', errno: EOPNOTSUPP },
];

const conditional = new Set<string>([...ARGUMENT_RULES, ...ABSENT_CALLS].map(({ name }) => name));

export const ALLOWED_CALLS: readonly SyscallName[] = (Object.keys(SYSCALLS) as SyscallName[]).filter(
  (name) => !conditional.has(name),
);

/**
 * Memory that counts in no process's size: refused where sizes are all that can be watched, because there is no memory
 * control group (SR-H4). Pairs of sockets are left, which every asyncio loop begins with: they are counted (processes.ts),
 * each as what its buffer may hold, which `setsockopt` would raise.
 */
export const HIDDEN_MEMORY_CALLS: readonly SyscallName[] = ['memfd_create', 'shmget', 'socket', 'setsockopt'];
