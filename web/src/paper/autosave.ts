/**
 * When the paper saves itself (V11): after a second of rest, at once before a message goes out, and again by itself
 * where the server could not be asked. Its clock comes in from outside.
 */
import { backoffMs } from '../live/backoff.ts';

export type SaveOutcome =
  /** Stored, or nothing was to be stored. */
  | 'saved'
  /** Nobody answered, or not now: the same may be tried again by itself. */
  | 'later'
  /** The same would fail again: the person has to do something first. */
  | 'refused';

export interface AutosaveDependencies {
  save(): Promise<SaveOutcome>;
  random(): number;
  /** Calls `fire` once after `ms`; returns what cancels it. */
  after(ms: number, fire: () => void): () => void;
}

export interface Autosave {
  /** The text has changed: it is saved once nobody has typed for a second. */
  changed(): void;
  /** While the agent writes into the paper it is left alone: both would have to be put together for each letter. */
  hold(held: boolean): void;
  /** Saves now, held or not, and ends when that is over, or has taken longer than a person should wait. */
  settle(): Promise<void>;
  /** The network is back. */
  retry(): void;
  dispose(): void;
}

/** How long nobody types before the paper is saved, in milliseconds. */
export const REST_MS = 1_000;
/** What is sent waits no longer for a save than so, in milliseconds: it is tried again behind it. */
export const SETTLE_MS = 2_000;

export function createAutosave({ save, random, after }: AutosaveDependencies): Autosave {
  let cancel = () => {};
  /** Something is to be saved, and its time has come or will. */
  let wanted = false;
  let due = false;
  let held = false;
  let failures = 0;
  let saving: Promise<void> | null = null;

  function plan(ms: number): void {
    cancel();
    wanted = true;
    due = false;
    cancel = after(ms, () => {
      due = true;
      if (!held) void run();
    });
  }

  /** One at a time; one whose time comes while another runs follows it. */
  function run(): Promise<void> {
    saving ??= once().finally(() => {
      saving = null;
      if (due && !held) void run();
    });
    return saving;
  }

  async function once(): Promise<void> {
    cancel();
    wanted = false;
    due = false;
    const outcome = await save();
    failures = outcome === 'later' ? failures + 1 : 0;
    // What was typed meanwhile has planned a save already, which does for both.
    if (outcome === 'later' && !wanted) plan(backoffMs(failures + 1, random));
  }

  return {
    changed: () => plan(REST_MS),
    hold(now) {
      held = now;
      if (!held && due) void run();
    },
    async settle() {
      if (!wanted && saving === null) return;
      let stop = () => {};
      const longEnough = new Promise<void>((resolve) => {
        stop = after(SETTLE_MS, resolve);
      });
      const saved = async () => {
        if (saving !== null) await saving;
        if (saving !== null || wanted) await run();
      };
      await Promise.race([saved(), longEnough]);
      stop();
    },
    retry() {
      if (wanted && failures > 0) void run();
    },
    dispose: () => cancel(),
  };
}
