/**
 * A spare process: everything loaded, nothing begun, until its supervisor says that it is to take over. What the two
 * say to each other over their channel, and the spare's half of it; the supervisor's is src/supervisor/spare.ts.
 */

/** What a process says to its supervisor. */
export type ToSupervisor =
  /** A spare has loaded everything. */
  | { spare: 'waiting' }
  /** A spare was told, and begins: one that is asleep does not say so. */
  | { spare: 'taking over' }
  /** A worker serves, under this id. */
  | { ready: string };

/** The one thing that a supervisor says. */
export const TAKE_OVER = { takeOver: true } as const;

/** On the command line of a spare, and off it once it has taken over. */
export const SPARE_OPTION = 'spare';

export interface SpareTurn {
  /** To be called when everything is loaded. @returns when this process is to take over */
  untilNeeded(): Promise<void>;
}

/**
 * To be called first of all: it may be told while it is still loading. A spare whose supervisor is gone ends, for
 * nobody would ever need it.
 */
export function becomeSpare(): SpareTurn {
  const told = new Promise<void>((resolve) => process.once('message', () => resolve())).then(() => {
    process.off('disconnect', leave);
    say({ spare: 'taking over' });
    // Others know a process by its command line (shared protocol: it ends in its role's file).
    process.title = [process.execPath, ...process.execArgv, process.argv[1]].join(' ');
  });
  process.once('disconnect', leave);
  if (process.connected !== true) leave();
  return {
    async untilNeeded() {
      say({ spare: 'waiting' });
      await told;
    },
  };
}

/** Says something to the supervisor, where there is one. */
export function say(words: ToSupervisor): void {
  process.send?.(words);
}

function leave(): void {
  process.exit(0);
}
