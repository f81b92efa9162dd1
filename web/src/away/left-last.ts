/**
 * Which of a browser's tabs tells its person (V30): the one that they left last, and it alone, for it holds a lock that
 * the browser gives once and takes back when the tab is gone. Tabs that are in sight hold another one together.
 */

const LEFT_LAST = 'paperagent.left-last';
const IN_SIGHT = 'paperagent.in-sight';

interface LockChoice {
  mode?: 'shared';
  steal?: boolean;
  signal?: AbortSignal;
}

/** What this needs of `navigator.locks`. */
export interface Locks {
  request(name: string, how: LockChoice, held: () => Promise<void> | undefined): Promise<unknown>;
  query(): Promise<{ held?: { name?: string | undefined }[] | undefined }>;
}

export interface LeftLast {
  /** This tab is the one. */
  isThis(): boolean;
  /** Some tab is in sight, of this browser. */
  anyInSight(): Promise<boolean>;
  /** This tab came into sight. */
  seen(): void;
  /** The person turned away from this tab. */
  left(): void;
  /** Lets go of everything. */
  close(): void;
}

/** `began`: this tab has become the one, or was left once more. It waits its turn from now on. */
export function createLeftLast(locks: Locks, began: () => void): LeftLast {
  const closing = Promise.withResolvers<void>();
  let closed = false;
  let isThis = false;
  let waiting = new AbortController();
  let outOfSight: (() => void) | null = null;

  async function take(how: LockChoice): Promise<void> {
    let held = false;
    try {
      await locks.request(LEFT_LAST, how, () => {
        if (closed) return undefined;
        held = true;
        isThis = true;
        began();
        return closing.promise;
      });
    } catch (error) {
      // A tab that was left later took it, or this one takes it without waiting.
      if ((error as { name?: unknown }).name !== 'AbortError') throw error;
      if (!held || closed) return;
      isThis = false;
      wait();
    }
  }

  function wait(): void {
    waiting = new AbortController();
    void take({ signal: waiting.signal });
  }
  wait();

  return {
    isThis: () => isThis,
    async anyInSight() {
      const { held = [] } = await locks.query();
      return held.some(({ name }) => name === IN_SIGHT);
    },
    seen() {
      if (outOfSight !== null || closed) return;
      const leaving = Promise.withResolvers<void>();
      outOfSight = leaving.resolve;
      void locks.request(IN_SIGHT, { mode: 'shared' }, () => leaving.promise);
    },
    left() {
      outOfSight?.();
      outOfSight = null;
      if (isThis) began();
      else {
        waiting.abort();
        void take({ steal: true });
      }
    },
    close() {
      closed = true;
      isThis = false;
      outOfSight?.();
      waiting.abort();
      closing.resolve();
    },
  };
}
