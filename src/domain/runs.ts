/** What is known of a run of code: what it found, and what it read and wrote (P16). */
import type { FileChange, RunEnding } from './messages.ts';
import type { Fact, FileState } from './provenance/types.ts';

/** Facts of one run, all sources together. */
export const MOST_FACTS = 5_000;

/** Characters that a fact's name, value and unit may each have. */
export const MOST_FACT_CHARACTERS = 200;

/**
 * A file that a run read before it had written it itself. The hash is of the bytes that it read; null where the file is
 * too large to be hashed, or somebody else changed it meanwhile.
 */
export interface FileRead extends FileState {
  /** From 1, of the script: where it was first opened. */
  scriptLine?: number;
}

/** What a run did with a file of its Work; the hash is null for one that is removed, or too large. */
export interface FileWrite extends FileState, Pick<FileChange, 'change'> {
  scriptLine?: number;
}

/** What a run left of itself. */
export interface RunRecord {
  exitCode: number | null;
  /** Null where it may have read more than was seen: each file then counts as perhaps read. `unseen` says why. */
  reads: FileRead[] | null;
  unseen?: string;
  writes: FileWrite[];
  facts: Fact[];
  /** There were more facts than are kept. */
  moreFacts: boolean;
}

/** A run whose call has ended. */
export interface EndedRun extends Omit<RunRecord, 'unseen'> {
  /** Within its Work; those of runs that could not be started are missing. */
  number: number;
  /** The path of its script. */
  script: string;
  scriptSha256: string;
  turn: number;
  toolCallId: string;
  startedAt: string;
  durationMs: number;
  ending: RunEnding;
  unseen: string | null;
  /** Names where it ran. */
  environment: string | null;
}
