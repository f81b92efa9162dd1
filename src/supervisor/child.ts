/** One child process that is kept running: started, watched, started again when it dies, stopped in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ToSupervisor } from '../process/spare.ts';
import type { ServerCommand } from '../setup/server-command.ts';
import { SetupError } from '../setup/setup-error.ts';
import type { LogFile } from './log-file.ts';
import type { ProcessName, Role } from './roles.ts';
import { createSpare } from './spare.ts';

export interface ChildPlan {
  role: Role;
  /** Which of several of its role; absent where there is one. */
  number?: number;
  /** Called before each start. */
  command: () => Promise<ServerCommand>;
  /** How a second one is started that waits to take over when this one ends; absent: none does. */
  spare?: () => Promise<ServerCommand>;
  /** Whether it sends `{ ready: its id }` when it serves: the only way to know of one that listens nowhere. */
  speaks: boolean;
  /** Resolves once this process serves; `said` when it has said so itself. */
  ready: (signal: AbortSignal, said: Promise<void>) => Promise<void>;
  stopSignal: NodeJS.Signals;
  /** Killed when it has not ended by then. */
  stopWithinMs: number;
}

/** None of these throws: what goes wrong with a note or a log is told to a person, and keeps no process from running. */
export interface ChildHooks {
  log: LogFile;
  onStarted: (name: ProcessName, pid: number) => void;
  onEnded: (name: ProcessName) => void;
  /** One that had said its id came down by itself; it is started again when this settles. */
  onCrashed?: (id: string, ending: string) => Promise<void>;
  /** A sentence for the person at the terminal. */
  say: (line: string) => void;
}

export interface Child {
  role: Role;
  /** @throws SetupError when it does not come up */
  untilReady(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Ends it now; it is started again. */
  restart(): void;
  /** Kills it without waiting. */
  kill(): void;
}

export function nameOf({ role, number }: ChildPlan): Role | `${Role}-${number}` {
  return number === undefined ? role : `${role}-${number}`;
}

const FIRST_READY_MS = 60_000;
/** A start that dies this often before it ever served is given up. */
const FIRST_TRIES = 4;
/** One that lived this long is started again at once when it dies. */
const STABLE_MS = 10_000;
const LONGEST_WAIT_MS = 5_000;

/** Starts the process and keeps it running until `stop`. */
export function startChild(plan: ChildPlan, hooks: ChildHooks): Child {
  const name = nameOf(plan);
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // who awaits `untilReady` is told
  let current: ChildProcess | undefined;
  let served = false;
  const spareName: ProcessName = `${name}-spare`;
  const { spare: spareCommand } = plan;
  const spare =
    spareCommand &&
    createSpare({
      start: () => launch(spareCommand),
      onStarted: (pid) => hooks.onStarted(spareName, pid),
      onEnded: () => hooks.onEnded(spareName),
      freeMemory: () => process.availableMemory(),
      say: hooks.say,
    });

  async function keepRunning(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const began = performance.now();
      const taken = spare?.take();
      const ending = await runOnce(taken).catch((error: unknown) => {
        // Before it ever served, whoever waits for it is told, in the words of what failed.
        if (!served) throw error;
        return error instanceof Error ? error.message : String(error);
      });
      if (stopping.signal.aborted) return;
      // A spare that ends early says nothing about whether a start would fail.
      const isFirst = taken !== undefined || performance.now() - began > STABLE_MS;
      failures = isFirst ? 1 : failures + 1;
      if (!served && failures >= FIRST_TRIES) return first.reject(neverServed(ending));
      const waitMs = failures === 1 ? 0 : Math.min(LONGEST_WAIT_MS, 125 * 2 ** failures);
      if (served) hooks.say(`${name} ended (${ending}); starting it again`);
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  /** @returns undefined where everything stops already */
  async function launch(of: () => Promise<ServerCommand>): Promise<ChildProcess | undefined> {
    const { command, args, ...options } = await of();
    if (stopping.signal.aborted) return undefined;
    return spawn(command, args, {
      ...options,
      // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
      detached: true,
      stdio: ['ignore', hooks.log.fd, hooks.log.fd, ...(plan.speaks ? (['ipc'] as const) : [])],
    });
  }

  /** @param taken a spare that was told to take over; absent: one is started */
  async function runOnce(taken: ChildProcess | undefined): Promise<string> {
    const child = taken ?? (await launch(plan.command));
    if (child === undefined) return 'not started';
    current = child;
    // Under its new name before its old one goes: whoever comes after a supervisor that was killed finds it.
    if (child.pid !== undefined) hooks.onStarted(name, child.pid);
    if (taken !== undefined) hooks.onEnded(spareName);
    const gone = new AbortController();
    let id: string | undefined;
    const said = new Promise<void>((resolve) =>
      child.on('message', (words: ToSupervisor) => {
        if (!('ready' in words)) return;
        id = words.ready;
        resolve();
      }),
    );
    void becomeReady(AbortSignal.any([gone.signal, stopping.signal]), said);
    const ending = await endOf(child);
    gone.abort(new Error('it ended'));
    hooks.onEnded(name);
    current = undefined;
    if (id !== undefined && isCrash(child)) await hooks.onCrashed?.(id, ending);
    return ending;
  }

  async function becomeReady(signal: AbortSignal, said: Promise<void>): Promise<void> {
    try {
      await plan.ready(signal, said);
    } catch (error) {
      if (!signal.aborted) hooks.say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (signal.aborted) return;
    if (served) hooks.say(`${name} is back`);
    served = true;
    first.resolve();
    spare?.prepare();
  }

  function neverServed(ending: string): SetupError {
    const lines = hooks.log.lastLines();
    // A crash prints its reason before the stack.
    const words = lines.findLast((line) => /^\S*(error|fatal)/i.test(line)) ?? lines.at(-1);
    return new SetupError(`${name} did not start (${ending})${words ? `: ${words.slice(0, 500)}` : ''}`);
  }

  const finished = keepRunning().catch((error: unknown) => first.reject(error));
  return {
    role: plan.role,
    async untilReady() {
      const late = setTimeout(
        () => first.reject(neverServed(`no sign of life in ${FIRST_READY_MS / 1000} s`)),
        FIRST_READY_MS,
      );
      await first.promise.finally(() => clearTimeout(late));
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      spare?.discard();
      const child = current;
      child?.kill(plan.stopSignal);
      const late = setTimeout(() => child?.kill('SIGKILL'), plan.stopWithinMs);
      await finished.finally(() => clearTimeout(late));
    },
    restart() {
      // It has loaded what may have changed meanwhile.
      spare?.discard();
      current?.kill(plan.stopSignal);
    },
    kill() {
      stopping.abort(new Error('stopping'));
      spare?.discard();
      current?.kill('SIGKILL');
    },
  };
}

/** By which a process, or its kernel for what it did, ends it: nobody sends these from outside. */
const CRASH_SIGNALS: readonly (string | null)[] = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGTRAP',
];

/** Whether it came down by itself, for all that can be seen: a kill tells nothing about what it was at. */
function isCrash({ exitCode, signalCode }: ChildProcess): boolean {
  return CRASH_SIGNALS.includes(signalCode) || (exitCode !== null && exitCode !== 0);
}

/** Waits for the process's end and says how it ended. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
}
