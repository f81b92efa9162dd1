/** What provenance is made of and what comes out; the shapes of runs are those of the protocol (P16, P17). */

/** A value that a run gave by name. `value` is the text as it was printed or recorded. */
export interface Fact {
  name: string;
  value: string;
  unit?: string | undefined;
  source: 'record' | 'printed' | 'file';
  /** The result file that it stands in. */
  path?: string | undefined;
  /** Of the output, or of the file. */
  line?: number | undefined;
  /** Of the script, as it was then. */
  scriptLine?: number | undefined;
}

export interface FileState {
  path: string;
  /** null: not known, or no file any more. */
  sha256: string | null;
}

/** A run of code, as it is recorded. Numbers rise with time. */
export interface RecordedRun {
  number: number;
  script: string;
  scriptSha256: string;
  ending: string;
  exitCode: number | null;
  /** null: what it read is not known, so it may have read every file. */
  reads: readonly FileState[] | null;
  writes: readonly (FileState & { change: 'added' | 'changed' | 'removed' })[];
  facts: readonly Fact[];
}

/** A number that stands in a person's message or in a file that they attached. */
export interface GivenNumber {
  value: number;
  step: number;
  /** The attachment; absent: a message. */
  file?: string | undefined;
}

/** A number that stands in a script as it is written, such as `SAMPLES = 200_000`. */
export interface ScriptLiteral {
  run: number;
  script: string;
  scriptLine: number;
  value: number;
  /** The name that it is given to; empty where it has none. */
  name: string;
}

export type NumberState =
  | 'traced'
  | 'likely'
  | 'given'
  | 'parameter'
  | 'convention'
  | 'untraced'
  | 'stale'
  | 'superseded'
  | 'pinned'
  | 'dismissed';

export type FigureState = 'traced' | 'stale' | 'edited' | 'missing' | 'untraced';

/** Why a run's results may not be what a run would give now (T8). */
export type StaleReason = 'script_changed' | 'input_changed' | 'input_missing' | 'input_stale';

/**
 * Why a number has its state, where the state does not say it: as well, `cut` (not rounded), `confirmed` (by a person),
 * `reads_unknown` (the run may have read any file), `newer_value` (the script has given the name another since),
 * `ambiguous` (values fit, but too few digits tell them from accidents).
 */
export type NumberReason = StaleReason | 'cut' | 'confirmed' | 'reads_unknown' | 'newer_value' | 'ambiguous';

export interface TracedNumber {
  /** UTF-16 offsets into the document. */
  start: number;
  end: number;
  text: string;
  state: NumberState;
  reason?: NumberReason;
  /** The file that the reason is about; for a given number the attachment. */
  file?: string;
  run?: number;
  /** Of the run, or where the parameter stands. */
  script?: string;
  fact?: { name: string; value: string; unit?: string };
  /** What the script gives the fact's name now, of a number that is superseded. */
  newer?: string;
  line?: number;
  scriptLine?: number;
  /** A person's decision about it. */
  decision?: string;
}

export interface TracedFigure {
  path: string;
  state: FigureState;
  reason?: StaleReason | 'reads_unknown';
  file?: string;
  run?: number;
  script?: string;
}

export type ProvenanceCounts = Record<NumberState, number>;

export interface Provenance {
  numbers: TracedNumber[];
  figures: TracedFigure[];
  counts: ProvenanceCounts;
}

export type Verdict = 'pinned' | 'confirmed' | 'dismissed';

/** What a person decided about a number, kept as a quote so that it outlives edits elsewhere (T1). */
export interface Decision {
  id: string;
  verdict: Verdict;
  quote: string;
  /** What stood before and behind it. */
  before: string;
  after: string;
  run?: number | undefined;
  /** The fact's name. */
  fact?: string | undefined;
}
