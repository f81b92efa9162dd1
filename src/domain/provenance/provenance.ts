/**
 * Where the numbers and figures of a paper come from: a pure function of the paper's text, the facts of the runs, the
 * files as they are and what people decided (T1, T5-T8). "Traced" says that a run gave this value, never that it is
 * the right one to state.
 */
import { isConvention } from './conventions.ts';
import { placeDecisions } from './decisions.ts';
import { createFactPools, type FactMatch } from './match-facts.ts';
import { surroundings, wordsNear, wordsOfName } from './name-words.ts';
import { numbersOf, type PaperNumber } from './paper-numbers.ts';
import { createPool, type Hit, isSmallCount, type Pool } from './pool.ts';
import { createFreshness, type FileHashes, type Freshness } from './staleness.ts';
import type {
  Decision,
  GivenNumber,
  Provenance,
  ProvenanceCounts,
  RecordedRun,
  ScriptLiteral,
  TracedNumber,
} from './types.ts';

export interface ProvenanceInput {
  source: string;
  runs: readonly RecordedRun[];
  files: FileHashes;
  given: readonly GivenNumber[];
  literals: readonly ScriptLiteral[];
  /** Oldest first. */
  decisions: readonly Decision[];
}

/** Below this λ a number that fits a literal or a given number is taken for it without its name beside it. */
const STRONG = 0.02;

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function provenanceOf(input: ProvenanceInput): Provenance {
  const { numbers, figures } = numbersOf(input.source);
  const freshness = createFreshness(input.runs, input.files);
  const matches = createFactPools(input.runs, freshness).match(numbers);
  const decided = placeDecisions(input.source, numbers, input.decisions);
  const others = {
    given: createPool(input.given),
    literals: createPool(input.literals.map((literal) => ({ ...literal, step: 0 }))),
  };
  const traced = numbers.flatMap((number, index) => {
    const match = matches[index] ?? null;
    const found = sourceOf(number, match, others, freshness);
    const decision = decided.get(index);
    const state = decision === undefined ? found : withDecision(found, decision, input.runs, freshness);
    const { start, end, text } = number;
    return state === null ? [] : [{ start, end, text, ...state }];
  });
  const shown = new Map(figures.map(({ path }) => [path, { path, ...freshness.figure(path) }]));
  return { numbers: traced, figures: [...shown.values()], counts: countsOf(traced) };
}

type Found = Omit<TracedNumber, 'start' | 'end' | 'text'>;

interface Others {
  given: Pool<GivenNumber>;
  literals: Pool<ScriptLiteral & { step: number }>;
}

/** null: too small a number to say anything of, such as the 3 of "3 methods". */
function sourceOf(
  number: PaperNumber,
  match: FactMatch | null,
  { given, literals }: Others,
  freshness: Freshness,
): Found | null {
  if (match?.strength === 'strong') return ofFact(match, freshness);
  if (isConvention(number)) return { state: 'convention' };
  const person = surelyIn(given, number, ({ file }) => (file === undefined ? 'message' : ''));
  if (person !== null) return { state: 'given', ...(person.file === undefined ? {} : { file: person.file }) };
  const literal = surelyIn(literals, number, ({ name }) => name);
  if (literal !== null) {
    const { run, script, scriptLine } = literal;
    return { state: 'parameter', run, script, scriptLine };
  }
  if (match?.strength === 'weak') return ofFact(match, freshness);
  if (isSmallCount(number) && (match !== null || Math.abs(number.value) < 10)) return null;
  return { state: 'untraced', ...(match === null ? {} : { reason: 'ambiguous' as const }) };
}

/** A source that the number states exactly, and hardly by accident; of a message's numbers each counts. */
function surelyIn<Source extends { value: number }>(
  pool: Pool<Source>,
  number: PaperNumber,
  nameOf: (source: Source) => string,
): Source | null {
  const exact = pool.hits(number).filter((hit) => !hit.isCut && hit.distance < 1e-6);
  if (exact.length === 0) return null;
  const near = surroundings(number.around);
  const named = exact.find(({ source }: Hit<Source>) => {
    const name = nameOf(source);
    return name === 'message' ? !isSmallCount(number) : wordsNear(wordsOfName(name), near) > 0;
  });
  if (named !== undefined) return named.source;
  return pool.chance(number) < STRONG ? (exact[0]?.source ?? null) : null;
}

function ofFact({ value, strength, isCut, newer }: FactMatch, freshness: Freshness): Found {
  const { fact, run } = value;
  const stale = freshness.of(run);
  const found: Found = {
    state: strength === 'strong' ? 'traced' : 'likely',
    run: run.number,
    script: run.script,
    fact: { name: fact.name, value: fact.value, ...(fact.unit ? { unit: fact.unit } : {}) },
    ...(fact.line === undefined ? {} : { line: fact.line }),
    ...(fact.scriptLine === undefined ? {} : { scriptLine: fact.scriptLine }),
  };
  if (newer !== null) return { ...found, state: 'superseded', reason: 'newer_value', newer };
  if (stale !== null) return { ...found, state: 'stale', ...stale };
  if (run.reads === null) return { ...found, reason: 'reads_unknown' };
  return isCut ? { ...found, reason: 'cut' } : found;
}

function withDecision(
  found: Found | null,
  decision: Decision,
  runs: readonly RecordedRun[],
  freshness: Freshness,
): Found {
  const { id, verdict } = decision;
  if (verdict === 'dismissed') return { state: 'dismissed', decision: id };
  if (verdict === 'confirmed') {
    // What a person confirmed was where it came from; that it is out of date is still said.
    if (found === null || found.state !== 'likely')
      return { ...(found ?? { state: 'untraced' }), decision: id };
    return { ...found, state: 'traced', reason: 'confirmed', decision: id };
  }
  const run = runs.find(({ number }) => number === decision.run);
  const fact = run?.facts.find(({ name }) => name === decision.fact);
  const pinned: Found = {
    state: 'pinned',
    decision: id,
    ...(decision.run === undefined ? {} : { run: decision.run }),
    ...(run === undefined ? {} : { script: run.script }),
    ...(fact === undefined
      ? {}
      : {
          fact: { name: fact.name, value: fact.value, ...(fact.unit ? { unit: fact.unit } : {}) },
          ...(fact.line === undefined ? {} : { line: fact.line }),
          ...(fact.scriptLine === undefined ? {} : { scriptLine: fact.scriptLine }),
        }),
  };
  const stale = run === undefined ? null : freshness.of(run);
  return stale === null ? pinned : { ...pinned, ...stale };
}

/** How many numbers are in each state. */
export function countsOf(numbers: readonly TracedNumber[]): ProvenanceCounts {
  const counts: ProvenanceCounts = {
    traced: 0,
    likely: 0,
    given: 0,
    parameter: 0,
    convention: 0,
    untraced: 0,
    stale: 0,
    superseded: 0,
    pinned: 0,
    dismissed: 0,
  };
  for (const { state } of numbers) counts[state] += 1;
  return counts;
}
