/** The seccomp rules as a Docker engine takes them: `SecurityOpt: ['seccomp=' + JSON]`. */
import { ABSENT_CALLS, ALLOWED_CALLS, ARGUMENT_RULES, EPERM } from './rules.ts';

export function dockerSeccompProfile(): string {
  const conditional = ARGUMENT_RULES.flatMap(({ name, index, mask, values }) =>
    // One rule for each value: an engine takes several conditions on one argument as alternatives anyway.
    values.map((value) => ({
      names: [name],
      action: 'SCMP_ACT_ALLOW',
      args: [
        mask === undefined
          ? { index, value, op: 'SCMP_CMP_EQ' }
          : { index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' },
      ],
    })),
  );
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
    ],
    syscalls: [
      { names: ALLOWED_CALLS, action: 'SCMP_ACT_ALLOW' },
      ...conditional,
      ...ABSENT_CALLS.map(({ name, errno }) => ({
        names: [name],
        action: 'SCMP_ACT_ERRNO',
        errnoRet: errno,
      })),
    ],
  });
}
