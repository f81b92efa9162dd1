/** Versions of a Work's files (T4): what a snapshot is, and what a history has at most. */

/** Why a snapshot was taken: a turn began; a run or a tool changed files; a person saved; files were brought back. */
export type SnapshotReason = 'turn' | 'run' | 'tool' | 'person' | 'restore';

export interface SnapshotInfo {
  id: string;
  reason: SnapshotReason;
  /** The turn that ran then. */
  turn?: number;
  /** The snapshot whose files were brought back, in the one of what that gave. */
  restored?: string;
  at: string;
  /** Files, and bytes of them together. */
  files: number;
  bytes: number;
  /** Of the one file that was asked for; null: it was removed. */
  sha256?: string | null;
  skipped?: Skipped;
}

/** What one file is from one snapshot to another. */
export interface FileDifference {
  path: string;
  change: 'added' | 'changed' | 'removed';
  before?: { sha256: string; size: number };
  after?: { sha256: string; size: number };
  /** Whether a person changed it on the way. */
  byPerson: boolean;
  /** Whether it can be brought back as it was before. */
  kept: boolean;
}

/** Why the bytes of a version are not kept: the file is too large, changed as often as it was read, had no room. */
export type Skipped = 'too_large' | 'changing' | 'no_room';

/** A file as it is in a snapshot. */
export interface FileVersion {
  path: string;
  sha256: string;
  size: number;
  /** Absent: its bytes are kept. */
  skipped?: Skipped;
}

/** Larger files are known by their hashes alone and cannot be brought back. */
export const KEPT_FILE_BYTES = 64 * 1024 ** 2;
/** What the history of a Work has at most. */
export interface HistoryLimits {
  /** Of kept bytes on the disk, beside its files. */
  bytes: number;
  snapshots: number;
}
export const HISTORY_LIMITS: HistoryLimits = { bytes: 1024 ** 3, snapshots: 1_000 };
