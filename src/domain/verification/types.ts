/** A Work's runs made again, and whether they give the same (T13); the names are the protocol's (P19). */

/** `recorded`: each run alone, from what it read. `scratch`: attachments and scripts, in order, in one growing folder. */
export const VERIFY_MODES = ['recorded', 'scratch'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** From the best to the worst. */
export const VERIFY_RESULTS = [
  'same_bytes',
  'same_value',
  'looks_same',
  'differs',
  'missing',
  'not_run',
] as const;
export type VerifyResult = (typeof VERIFY_RESULTS)[number];

/** How what was made again compares, with a sentence where the result does not say it all. */
export interface Compared {
  result: VerifyResult;
  note?: string;
}

export interface FileCompared extends Compared {
  path: string;
}

/** What came of making one run again. */
export interface RunVerified extends Compared {
  number: number;
  script: string;
  /** What it had written. */
  files: FileCompared[];
  /** Facts that are not the same text, by `factKey`. */
  facts: Record<string, VerifyResult>;
}

export interface VerifyReport {
  runs: RunVerified[];
  /** Figures that the paper shows. */
  figures: FileCompared[];
  /** Numbers of the paper that come from a run. */
  numbers: { text: string; result: VerifyResult; run: number; fact: string }[];
}

export function worstOf(results: readonly VerifyResult[]): VerifyResult {
  const worst = Math.max(0, ...results.map((result) => VERIFY_RESULTS.indexOf(result)));
  return VERIFY_RESULTS[worst] as VerifyResult;
}

/** Whether what was made again is what there was, whichever way. */
export function isSame(result: VerifyResult): boolean {
  return result === 'same_bytes' || result === 'same_value' || result === 'looks_same';
}

/** Whether a report has nothing in it that differs, is missing or was not run. */
export function isReproduced({ runs, figures, numbers }: VerifyReport): boolean {
  return [...runs, ...figures, ...numbers].every(({ result }) => isSame(result));
}
