/**
 * What generated code may ask of the kernel (S2): the calls that Docker's default profile allows to a process
 * without capabilities, less those that no numerical script needs and that have let code out of containers
 * before: io_uring, vsock, netlink and packet sockets, userfaultfd, keyctl, add_key, mount, ptrace,
 * process_vm_*, bpf, perf_event_open. One list; the Docker profile and the BPF program are both made from it.
 */
import { SYSCALLS, type SyscallName } from './numbers.ts';

export const EPERM = 1;
export const ENOSYS = 38;

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

export const ARGUMENT_RULES: readonly ArgumentRule[] = [
  { name: 'socket', index: 0, values: [AF_UNIX, AF_INET, AF_INET6] },
  { name: 'clone', index: 0, mask: CLONE_NEW_ANYTHING, values: [0] },
  // Linux, Linux with 32-bit emulation of uname, each with and without fixed addresses, and the question.
  { name: 'personality', index: 0, values: [0, 8, 0x20000, 0x20008, 0xffffffff] },
];

/** Answered as a kernel that has no such call, so that libc falls back to `clone`, whose flags can be read. */
export const UNKNOWN_CALLS: readonly SyscallName[] = ['clone3'];

const conditional = new Set<string>([...ARGUMENT_RULES.map((rule) => rule.name), ...UNKNOWN_CALLS]);

export const ALLOWED_CALLS: readonly SyscallName[] = (Object.keys(SYSCALLS) as SyscallName[]).filter(
  (name) => !conditional.has(name),
);

/**
 * Memory that counts in no process's resident size: refused where that size is all that can be watched,
 * because there is no memory cgroup.
 */
export const HIDDEN_MEMORY_CALLS: readonly SyscallName[] = ['memfd_create', 'shmget'];
