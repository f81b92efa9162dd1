/** The attempts that run in this process: a stop, a fence or the worker's own shutdown reaches an attempt here. */
import { AttemptEnded, type EndReason } from './attempt-ended.ts';

export interface Attempt {
  signal: AbortSignal;
  end(why: EndReason): void;
}

export interface Attempts {
  /** Runs `body` as the attempt at this claim; others may end it until it settles. */
  run<T>(
    claim: { workId: string; turn: number; key: string },
    body: (attempt: Attempt) => Promise<T>,
  ): Promise<T>;
  /** Whether an attempt at this claim runs here. */
  isRunning(workId: string, key: string): boolean;
  /** Ends every attempt of a turn. */
  stop(workId: string, turn: number): void;
  /** Ends all attempts, and every one that is still to begin: the process is going away. */
  shutdown(): void;
  /** @throws AttemptEnded after `shutdown`: then nothing may be claimed here any more. */
  throwIfShutDown(): void;
  /** The turns that have attempts here. */
  turns(): { workId: string; turn: number }[];
}

/** Stops that are remembered: one that comes between a claim and the beginning of its attempt must reach it. */
const STOPS_REMEMBERED = 1_000;

/** `onSettled` is told of each attempt that has ended, however it did. */
export function createAttempts(onSettled: (workId: string, key: string) => void): Attempts {
  /** The newest turn of a Work that was stopped. */
  const stopped = new Map<string, number>();
  const running = new Map<string, { workId: string; turn: number; end: (why: EndReason) => void }>();
  let isShutDown = false;
  const nameOf = (workId: string, key: string) => `${workId} ${key}`;

  return {
    async run({ workId, turn, key }, body) {
      const controller = new AbortController();
      const end = (why: EndReason) => {
        if (!controller.signal.aborted) controller.abort(new AttemptEnded(why));
      };
      const name = nameOf(workId, key);
      const entry = { workId, turn, end };
      running.set(name, entry);
      // It was claimed while the process was told to end.
      if (isShutDown) end('shutdown');
      // The stop came between the claim and this, when there was nothing here to end yet.
      if (stopped.get(workId) === turn) end('stopped');
      try {
        return await body({ signal: controller.signal, end });
      } finally {
        // A takeover by this same process may have replaced the entry.
        if (running.get(name) === entry) running.delete(name);
        onSettled(workId, key);
      }
    },
    isRunning: (workId, key) => running.has(nameOf(workId, key)),
    stop(workId, turn) {
      stopped.delete(workId);
      stopped.set(workId, turn);
      for (const oldest of stopped.keys()) {
        if (stopped.size <= STOPS_REMEMBERED) break;
        stopped.delete(oldest);
      }
      for (const entry of running.values()) {
        if (entry.workId === workId && entry.turn === turn) entry.end('stopped');
      }
    },
    shutdown() {
      isShutDown = true;
      for (const entry of running.values()) entry.end('shutdown');
    },
    throwIfShutDown() {
      if (isShutDown) throw new AttemptEnded('shutdown');
    },
    turns: () => [...running.values()].map(({ workId, turn }) => ({ workId, turn })),
  };
}
