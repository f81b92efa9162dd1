/** The one narrow interface to the places where generated code runs (docs: S rules). */
import type { RunEnding } from '../domain/messages.ts';
import { WORKSPACE_BYTES } from '../domain/workspace-limits.ts';

/** What a run may use. Times in milliseconds, sizes in bytes. */
export interface RunLimits {
  deadlineMs: number;
  memoryBytes: number;
  /** Output that is read before the run ends as `output_limit`. */
  outputBytes: number;
  workspaceBytes: number;
  workspaceFiles: number;
  /** Of one file; a run gets less where its Work has less left. */
  fileBytes: number;
}

export const DEFAULT_LIMITS: RunLimits = {
  deadlineMs: 120_000,
  memoryBytes: 1024 ** 3,
  outputBytes: 4 * 1024 ** 2,
  workspaceBytes: WORKSPACE_BYTES,
  workspaceFiles: 10_000,
  fileBytes: 256 * 1024 ** 2,
};

/** A program that a person stops has this long between being asked and being ended (S9). */
export const CANCEL_GRACE_MS = 300;

/** The longest deadline that a tool call may ask for (S4). */
export const MAX_DEADLINE_MS = 600_000;

/** Names a run for ever: the same key always means the same run (S1). */
export interface RunKey {
  workId: string;
  turn: number;
  toolCallId: string;
}

export interface RunSpec {
  key: RunKey;
  /** Who it is for: takes what `warm` has started for this owner, if anything (S12). */
  owner: string;
  /** Absolute path of the Work's workspace on the host. */
  workspace: string;
  /** The script to run, relative to the workspace, such as `code/monte_carlo.py`. It exists already. */
  script: string;
  limits: RunLimits;
}

/** How a run ended; exactly one per run. `message` is a sentence for the model, with the figures. */
export interface Ending {
  kind: RunEnding;
  /** The exit code, for `exited`. */
  code?: number;
  /** E.g. "timed out after 20 s", "out of memory: the limit is 1024 MiB, the peak was 1030 MiB". */
  message: string;
  durationMs: number;
}

/** A piece of output. `bytes` is how many raw bytes of that stream have been delivered up to its end. */
export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  text: string;
  bytes: number;
}

/** Raw bytes of each stream that are stored already: a reattached run goes on after them (S5). */
export interface OutputProgress {
  stdout: number;
  stderr: number;
}

/** Bytes that are kept of what a run tells of itself by sandbox/paperagent.py (T2). Also in relay.py. */
export const TOLD_BYTES = 1024 ** 2;

/** What there is of a run that has ended, from its first byte on, whoever followed it. */
export interface RunTraces {
  /** Lines of sandbox/paperagent.py, or whatever else the run wrote there; cut off at TOLD_BYTES. */
  told: Buffer;
  stdout: Buffer;
}

export interface SandboxEnvironment {
  sandbox: 'docker' | 'bubblewrap';
  /** Names what Python and its packages were made as: an image, or a virtual environment and its layers. */
  made: string[];
  /** As pip has them, such as `numpy==2.2.6 ; python_full_version < '3.11'`. */
  packages: string[];
  /** Names the fonts that figures are drawn with. */
  fonts: string;
}

/** No run can be started now: an infrastructure failure, which says nothing about the code. To be retried. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

/** Who may still ask for what a sandbox holds. */
export interface Wanted {
  run(key: RunKey): Promise<boolean>;
  /** The owner that something was prepared for. */
  agent(owner: string): Promise<boolean>;
}

export interface Sandbox {
  readonly kind: 'docker' | 'bubblewrap';
  /**
   * Runs the script, or reattaches to the run with this key when it was started before (by anyone), or reads its
   * ending. `onOutput` is awaited, so a slow reader slows the reading. Aborting `signal` ends the run within
   * a second as `cancelled`. Aborting `detach` leaves it to whoever reattaches to it next: the run goes on, and this
   * rejects with the reason. Never starts a key twice: what cannot be known any more ends as `lost`.
   * `mayStart: false` forbids a first start (the run had been started; if nothing is found it is `lost`).
   * @throws SandboxUnavailable when no run can be started now (an infrastructure failure, to be retried).
   */
  run(
    spec: RunSpec,
    options: {
      progress: OutputProgress;
      mayStart: boolean;
      signal: AbortSignal;
      detach?: AbortSignal;
      onOutput: (chunk: OutputChunk) => Promise<void>;
    },
  ): Promise<Ending>;
  /** Where a run runs that starts from now on, as far as its results may depend on it (T3). */
  environment(): Promise<SandboxEnvironment>;
  /** Reads what a run with this key left; empty where it left nothing, or was never started. */
  traces(key: RunKey): Promise<RunTraces>;
  /** Removes what a run with this key left (container, output files) once its ending is stored. */
  remove(key: RunKey): Promise<void>;
  /** Ends the run with this key, if it goes on, and removes it: its turn is over, and nobody will ask about it (D7). */
  endAndRemove(key: RunKey): Promise<void>;
  /** Ends runs past their deadline and removes what nobody will ask about: runs, and what was prepared (S4, D7). */
  reap(wanted: Wanted): Promise<void>;
  /**
   * Starts an interpreter ahead with numpy and matplotlib imported (S12); may do nothing, as where `person` (whoever the
   * owner works for) has enough of them.
   */
  warm(owner: string, workspace: string, person?: string): Promise<void>;
  /** Drops what `warm` started for this owner. */
  release(owner: string): Promise<void>;
  /** What code can import in a run that starts from now on, a line a kind, such as "figures: matplotlib, seaborn" (W1). */
  packages(): string[];
}
