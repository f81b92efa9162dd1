/** Which fact of which run each number of a paper states (T6): the newest good run of a script first. */
import { type FactValue, factValues, isGood } from './fact-values.ts';
import { type Surroundings, surroundings, wordsNear, wordsOfName } from './name-words.ts';
import type { PaperNumber } from './paper-numbers.ts';
import { createPool, type Hit, isSmallCount, type Pool } from './pool.ts';
import type { Freshness } from './staleness.ts';
import type { RecordedRun } from './types.ts';

/** `ambiguous`: values fit, but as likely by accident as not. */
export type Strength = 'strong' | 'weak' | 'ambiguous';

export interface FactMatch {
  value: FactValue;
  strength: Strength;
  isCut: boolean;
  /** What the script's newest good run gives this name instead. */
  newer: string | null;
}

/** λ below which a match is strong by itself (T6), and below which it is told at all. */
const STRONG = 0.02;
const WEAK = 0.1;
/** By how much each word of the fact's name beside the number lessens what could be an accident. */
const WORD = 0.1;

export interface FactPools {
  /** In the order of the numbers; null where no value fits. */
  match(numbers: readonly PaperNumber[]): (FactMatch | null)[];
}

export function createFactPools(runs: readonly RecordedRun[], freshness: Freshness): FactPools {
  const good = runs.filter(isGood).sort((a, b) => b.number - a.number);
  const newest = new Map<string, RecordedRun>();
  for (const run of good) if (!newest.has(run.script)) newest.set(run.script, run);
  const valuesOf = new Map(good.map((run) => [run, factValues(run)]));
  const older = good.filter((run) => newest.get(run.script) !== run);
  const inPlay = [...newest.values()];
  const pools = { newest: poolOf(inPlay), older: poolOf(older) };
  const named = namesOf(inPlay);
  const words = new Map<string, string[]>();

  function poolOf(of: readonly RecordedRun[]): Pool<FactValue> {
    return createPool(of.flatMap((run) => valuesOf.get(run) ?? []));
  }

  function match(numbers: readonly PaperNumber[]): (FactMatch | null)[] {
    const near = numbers.map(({ around }) => surroundings(around));
    const first = numbers.map((number, at) => bestOf(number, near[at] as Surroundings, pools.newest));
    const bySection = sectionPools(numbers, first);
    return numbers.map((number, at) => {
      const found = first[at] ?? null;
      if (found?.strength === 'strong') return ofNewest(found);
      // What an older run gave, and its script gives no more, is told where it is sure.
      const before = bestOf(number, near[at] as Surroundings, pools.older);
      if (before?.strength === 'strong') return ofOlder(before);
      if (found === null) return before === null ? null : ofOlder(before);
      const own = bySection.get(number.section);
      const local = own === undefined ? null : bestOf(number, near[at] as Surroundings, own, true);
      return ofNewest(
        local !== null && local.strength !== 'ambiguous' ? { ...local, strength: 'weak' } : found,
      );
    });
  }

  /** The facts of the runs that a section's sure numbers come from: there its others come from them, too. */
  function sectionPools(
    numbers: readonly PaperNumber[],
    found: readonly (Best | null)[],
  ): Map<string, Pool<FactValue>> {
    const of = new Map<string, Set<RecordedRun>>();
    for (const [at, { section }] of numbers.entries()) {
      const best = found[at];
      if (best?.strength !== 'strong') continue;
      of.set(section, (of.get(section) ?? new Set()).add(best.hit.source.run));
    }
    const made = new Map<string, Pool<FactValue>>();
    return new Map(
      [...of].map(([section, sure]) => {
        const key = [...sure].map(({ number }) => number).join(' ');
        const pool = made.get(key) ?? poolOf([...sure]);
        made.set(key, pool);
        return [section, pool];
      }),
    );
  }

  interface Best {
    hit: Hit<FactValue>;
    strength: Strength;
  }

  function bestOf(
    number: PaperNumber,
    near: Surroundings,
    pool: Pool<FactValue>,
    isOfSection = false,
  ): Best | null {
    let best: { hit: Hit<FactValue>; words: number } | null = null;
    for (const hit of pool.hits(number)) {
      const candidate = { hit, words: wordsNear(wordsIn(hit.source.fact.name), near) };
      if (best === null || isBetter(candidate, best, freshness)) best = candidate;
    }
    if (best === null) return null;
    const { hit, words: count } = best;
    const accidents = (hit.isCut ? 2 : 1) * (hit.isWithoutSign ? 2 : 1);
    // Beside sure numbers of the same run 200,000 is that run's 200000, for all its zeros.
    const asWritten = isOfSection && hit.distance === 0 && !isSmallCount(number);
    const chance = pool.chance(number, asWritten) * accidents * WORD ** count;
    return { hit, strength: chance < STRONG ? 'strong' : chance < WEAK ? 'weak' : 'ambiguous' };
  }

  function wordsIn(name: string): string[] {
    const known = words.get(name) ?? wordsOfName(name);
    words.set(name, known);
    return known;
  }

  function ofNewest({ hit, strength }: Best): FactMatch {
    return { value: hit.source, strength, isCut: hit.isCut, newer: null };
  }

  function ofOlder({ hit, strength }: Best): FactMatch {
    const { run, fact } = hit.source;
    const now = named.get(nameKey(run.script, fact.name));
    const newer = now === undefined || now === fact.value ? null : now;
    return { value: hit.source, strength, isCut: hit.isCut, newer };
  }

  return { match };
}

function isBetter(
  a: { hit: Hit<FactValue>; words: number },
  b: { hit: Hit<FactValue>; words: number },
  freshness: Freshness,
): boolean {
  const order =
    a.words - b.words ||
    Number(b.hit.isCut) - Number(a.hit.isCut) ||
    Number(b.hit.isWithoutSign) - Number(a.hit.isWithoutSign) ||
    Number(isFresh(a)) - Number(isFresh(b)) ||
    b.hit.distance - a.hit.distance ||
    a.hit.source.run.number - b.hit.source.run.number;
  return order > 0;

  function isFresh({ hit }: { hit: Hit<FactValue> }): boolean {
    return freshness.of(hit.source.run) === null;
  }
}

/** What each script's newest good run gives each name; of a name that is given more than once the last. */
function namesOf(runs: readonly RecordedRun[]): Map<string, string> {
  return new Map(
    runs.flatMap((run) =>
      run.facts.map(({ name, value }) => [nameKey(run.script, name), value] as [string, string]),
    ),
  );
}

function nameKey(script: string, name: string): string {
  return `${script}\n${name}`;
}
