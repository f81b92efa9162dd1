import { killUnlessGone } from '../../system-error.ts';
import { isRunning, type ProcessIdentity, thisMachine } from '../processes.ts';

/**
 * Kills a runner of this machine with all that it started. bwrap, and with it everything in the sandbox, dies with its
 * runner, but not in its first moments: so the group is killed, which what runs in the sandbox has left by then.
 */
export function killRunner(runner: ProcessIdentity | null): void {
  if (!runner || runner.machine !== thisMachine() || !isRunning(runner)) return;
  killUnlessGone(-runner.pid, 'SIGKILL');
}
