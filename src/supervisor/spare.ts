/**
 * A second process of a role, loaded and waiting (src/process/spare.ts): when the first one ends it takes over in a
 * fraction of the time that a start takes. Its states: none, waiting, taken; taken, it is the role's process, and
 * nothing here knows it any more.
 */
import type { ChildProcess } from 'node:child_process';
import { TAKE_OVER, type ToSupervisor } from '../process/spare.ts';

export interface Spare {
  /** The role's process serves: one more is started soon, where none waits and there is memory for it. */
  prepare(): void;
  /** The one that waits, told to take over; undefined where none does. */
  take(): ChildProcess | undefined;
  /** Ends the one that waits; no other comes until `prepare`. */
  discard(): void;
}

export interface SpareHooks {
  /** Starts it as the role's processes are started; undefined where everything stops already. */
  start(): Promise<ChildProcess | undefined>;
  onStarted(pid: number): void;
  /** One that waited, and was not taken, is gone. */
  onEnded(): void;
  /** Bytes that this machine, or the group that this process is in, has left now. */
  freeMemory(): number;
  say(line: string): void;
}

/** A process that has just begun to serve has enough to do: what was left is taken over, pages load. */
const AFTER_READY_MS = 1_000;
/** Until the next is tried where one ended by itself, or there was no memory for it. */
const AGAIN_MS = 30_000;
/** A spare holds about a tenth of that; a run of code may want a gibibyte. */
const MEMORY_LEFT_BYTES = 2 * 1024 ** 3;
/** One that waits and has not answered by then is asleep, or as good as dead. */
const ANSWER_MS = 5_000;
/** One that still loads answers once it has: it is no later than a process that would be started in its place. */
const LOAD_MS = 30_000;

export function createSpare(hooks: SpareHooks): Spare {
  let waiting: ChildProcess | undefined;
  /** Whether it has said that it has loaded everything. */
  let loaded = false;
  let next: NodeJS.Timeout | undefined;
  let wanted = false;

  function startIn(ms: number): void {
    clearTimeout(next);
    next = setTimeout(() => {
      start().catch((error: Error) => {
        hooks.say(`a spare process could not be started: ${error.message}`);
        startIn(AGAIN_MS);
      });
    }, ms);
    next.unref();
  }

  async function start(): Promise<void> {
    if (hooks.freeMemory() < MEMORY_LEFT_BYTES) return startIn(AGAIN_MS);
    const child = await hooks.start();
    if (child === undefined) return;
    if (!wanted) {
      child.kill('SIGKILL');
      return;
    }
    [waiting, loaded] = [child, false];
    child.on('message', (words: ToSupervisor) => {
      if (waiting === child && 'spare' in words) loaded = true;
    });
    if (child.pid !== undefined) hooks.onStarted(child.pid);
    const ended = () => {
      if (waiting !== child) return;
      waiting = undefined;
      hooks.onEnded();
      if (wanted) startIn(AGAIN_MS);
    };
    child.once('exit', ended).once('error', ended);
  }

  /** Forgets the one that waits, if one does, and starts no other. */
  function forget(): ChildProcess | undefined {
    clearTimeout(next);
    wanted = false;
    const child = waiting;
    waiting = undefined;
    return child;
  }

  return {
    prepare() {
      wanted = true;
      if (waiting === undefined) startIn(AFTER_READY_MS);
    },
    take() {
      const child = forget();
      if (child === undefined) return undefined;
      const late = setTimeout(() => child.kill('SIGKILL'), loaded ? ANSWER_MS : LOAD_MS);
      child.on('message', (words: ToSupervisor) => {
        if ('spare' in words && words.spare === 'taking over') clearTimeout(late);
      });
      child.once('exit', () => clearTimeout(late));
      // One that died just now is told in vain: its end is seen as that of any other.
      child.send(TAKE_OVER, () => {});
      return child;
    },
    discard() {
      const child = forget();
      if (child === undefined) return;
      hooks.onEnded();
      child.kill('SIGKILL');
    },
  };
}
