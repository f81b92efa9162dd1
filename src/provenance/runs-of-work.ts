/**
 * The runs of a Work in the shape of the protocol (P16). Of runs from before anything was recorded there are their stored
 * calls: the scripts, what they printed and the files that they changed, and not what they read.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { listRuns } from '../db/ended-runs.ts';
import { endedRunCalls, MOST_RUNS, type RunCall } from '../db/run-calls.ts';
import type { Fact, RecordedRun } from '../domain/provenance/types.ts';
import { type EndedRun, MOST_FACTS } from '../domain/runs.ts';
import { printedFacts } from '../recording/printed-facts.ts';

export interface RunsOfWork {
  runs: RecordedRun[];
  /** The scripts as they were run, by run. */
  scripts: Map<number, string>;
}

export async function runsOf(db: Database, workId: string): Promise<RunsOfWork> {
  const scripts = new Map<number, string>();
  const known = new Map(
    (await listRuns(db, workId, { limit: MOST_RUNS })).runs.map((run) => [run.toolCallId, run]),
  );
  const runs = (await endedRunCalls(db, workId)).flatMap((call, index) => {
    const { code, filename } = call.arguments as { code?: unknown; filename?: unknown };
    if (typeof code !== 'string') return [];
    const run = known.get(call.id);
    const number = run?.number ?? index + 1;
    scripts.set(number, code);
    if (run !== undefined && run.environment !== null) return [withPrintedLines(run, code)];
    return [runOf(call, number, code, typeof filename === 'string' ? filename : 'main.py')];
  });
  return { runs, scripts };
}

/** A recorded run; what was printed has the script's line too, as far as the script tells. */
function withPrintedLines(run: EndedRun, code: string): RecordedRun {
  const { number, script, scriptSha256, ending, exitCode, reads, writes, facts } = run;
  return {
    number,
    script,
    scriptSha256,
    ending,
    exitCode,
    reads,
    writes,
    facts: withScriptLines(facts, code),
  };
}

function runOf(
  { isOk, ending, output, files }: RunCall,
  number: number,
  code: string,
  name: string,
): RecordedRun {
  return {
    number,
    script: `code/${name}`,
    scriptSha256: createHash('sha256').update(code).digest('hex'),
    ending: ending ?? 'lost',
    exitCode: isOk ? 0 : null,
    reads: null,
    writes: files.map(({ path, change, sha256 = null }) => ({ path, change, sha256 })),
    facts: withScriptLines(printedFacts(output, MOST_FACTS).facts, code),
  };
}

/** What was printed tells no line of the script: the one that it is found by is the script's that has its name. */
function withScriptLines(facts: readonly Fact[], script: string): Fact[] {
  const lineOf = scriptLines(script);
  return facts.map((fact) => {
    const scriptLine = fact.source === 'printed' ? lineOf(fact.name) : undefined;
    return scriptLine === undefined ? fact : { ...fact, scriptLine };
  });
}

/** The line of a script in which a name is printed: the first that has `name=`, or else the name, within a text. */
function scriptLines(script: string): (name: string) => number | undefined {
  const lines = script.split('\n');
  const known = new Map<string, number | undefined>();
  return (name) => {
    if (!known.has(name)) {
      const printed = lines.findIndex((line) => line.includes(`${name}=`) && /["']/.test(line));
      const at = printed >= 0 ? printed : lines.findIndex((line) => line.includes(name) && /["']/.test(line));
      known.set(name, at < 0 ? undefined : at + 1);
    }
    return known.get(name);
  };
}
