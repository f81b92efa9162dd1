/** Runs and papers for the tests of provenance, made of what a test is about alone. */
import { type ProvenanceInput, provenanceOf } from '../../../src/domain/provenance/provenance.ts';
import type { Fact, Provenance, RecordedRun } from '../../../src/domain/provenance/types.ts';

/** A good run of `code/a.py`, whose script and inputs are as they were. */
export function aRun(
  of: Partial<RecordedRun> = {},
  facts: Record<string, string | number> = {},
): RecordedRun {
  return {
    number: 1,
    script: 'code/a.py',
    scriptSha256: 'script 1',
    ending: 'exited',
    exitCode: 0,
    reads: [],
    writes: [],
    facts: Object.entries(facts).map(
      ([name, value], index): Fact => ({ name, value: String(value), source: 'printed', line: index + 1 }),
    ),
    ...of,
  };
}

/** `files`: as they are now; absent: each script as its newest run had it. */
export function trace(
  source: string,
  runs: RecordedRun[],
  { files, ...more }: { files?: Record<string, string> } & Partial<Omit<ProvenanceInput, 'files'>> = {},
): Provenance {
  const scripts = Object.fromEntries(runs.map(({ script, scriptSha256 }) => [script, scriptSha256]));
  return provenanceOf({
    source,
    runs,
    given: [],
    literals: [],
    decisions: [],
    ...more,
    files: new Map(Object.entries({ ...scripts, ...files })),
  });
}

/** The state of the paper's one number, and why. */
export function only(provenance: Provenance): Provenance['numbers'][number] {
  const [number, ...rest] = provenance.numbers;
  if (number === undefined || rest.length > 0)
    throw new Error(`${rest.length + (number ? 1 : 0)} numbers, not one`);
  return number;
}
