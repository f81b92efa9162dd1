/** How many sandboxes a worker may hold started ahead (S12): a Sandbox that counts them, around the one that has them. */
import { DEFAULT_LIMITS, type Sandbox } from './types.ts';

/** What one that waits holds, measured: 65 MiB in Docker with its shim, 85 MiB in bubblewrap with its runner. */
export const WARM_BYTES = 96 * 1024 ** 2;

/** One that nobody takes ends by itself after this long. Also in relay.py. */
export const WARM_FOR_MS = 600_000;

export interface WarmBudget {
  /** 0 prepares none. */
  most: number;
  /** For one person; absent: all of them. */
  mostOfOne?: number;
  /** Bytes that this machine, or the group that this process is in, has left now. */
  freeMemory: () => number;
}

interface WarmSandbox {
  person: string | undefined;
  since: number;
  /** Settles when it waits for its order, or could not be started. */
  started: Promise<void>;
}

/**
 * Wraps a sandbox so that at most `most` are warm at a time, one for each owner, `mostOfOne` for one person, and none where it would take
 * the memory that a run needs. Also makes one that is only just being started safe to take and to discard.
 */
export function withWarmPool(sandbox: Sandbox, { most, mostOfOne = most, freeMemory }: WarmBudget): Sandbox {
  const warm = new Map<string, WarmSandbox>();

  function fits(person: string | undefined): boolean {
    for (const [owner, { since }] of warm) if (performance.now() - since > WARM_FOR_MS) warm.delete(owner);
    // Those that are only just being started do not show in the free memory yet.
    const wanted = (warm.size + 1) * WARM_BYTES + DEFAULT_LIMITS.memoryBytes;
    const ofPerson = [...warm.values()].filter((one) => person !== undefined && one.person === person);
    return warm.size < most && ofPerson.length < mostOfOne && wanted <= freeMemory();
  }

  /** Waits until what is being started for this owner can be found, and counts it no more. */
  async function release(owner: string): Promise<void> {
    await warm.get(owner)?.started;
    warm.delete(owner);
  }

  return {
    ...sandbox,
    async warm(owner, workspace, person) {
      if (warm.has(owner) || !fits(person)) return;
      const starting = sandbox.warm(owner, workspace);
      const started = starting.catch(() => void warm.delete(owner));
      warm.set(owner, { person, since: performance.now(), started });
      await starting;
    },
    async run(spec, options) {
      await release(spec.owner);
      return await sandbox.run(spec, options);
    },
    async release(owner) {
      await release(owner);
      await sandbox.release(owner);
    },
    async reap(wanted) {
      await sandbox.reap(wanted);
      for (const owner of [...warm.keys()]) if (!(await wanted.agent(owner))) await release(owner);
    },
  };
}
