/** How many processes and threads may be in a sandbox, where no control group counts them. */
import { release } from 'node:os';
import { threadsOfUser } from '../processes.ts';
import { UNPRIVILEGED_ID } from '../unprivileged-id.ts';
import { type Cgroup, MAX_PROCESSES } from './cgroup.ts';

/** New kernels count a user's processes anew in each user namespace; older ones count all of the machine's. */
export function processLimit(cgroup: Cgroup | null): number {
  if (cgroup) return 0;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const uid = process.getuid?.() ?? 0;
  const countedAnew = uid !== 0 && (major > 5 || (major === 5 && minor >= 14));
  return MAX_PROCESSES + (countedAnew ? 0 : threadsOfUser(uid === 0 ? UNPRIVILEGED_ID : uid));
}
