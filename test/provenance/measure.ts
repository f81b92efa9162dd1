/**
 * How well numbers are traced: precision and recall against papers with keys, and what becomes of falsified numbers and
 * of facts that have nothing to do with the paper. `npm run provenance:measure` prints it.
 */
import { numberOf } from '../../src/domain/provenance/fact-values.ts';
import { numbersOf } from '../../src/domain/provenance/paper-numbers.ts';
import { provenanceOf } from '../../src/domain/provenance/provenance.ts';
import type { RecordedRun, TracedNumber } from '../../src/domain/provenance/types.ts';
import type { Corpus } from './corpus.ts';

export interface Score {
  /** Numbers that the key says state a fact, and those of them that were linked to a fact of that value. */
  keyed: number;
  right: number;
  /** Those of them that were told as sure. */
  strong: number;
  /** Numbers that were linked to a fact that they do not state. */
  wrong: number;
  /** Numbers that state no fact. */
  others: number;
}

const LINKED = new Set(['traced', 'likely', 'stale', 'superseded']);

export function trace({ paper, runs }: Corpus, noise: RecordedRun[] = []): TracedNumber[] {
  const all = [...runs, ...noise];
  const files = new Map(all.map(({ script, scriptSha256 }) => [script, scriptSha256]));
  return provenanceOf({ source: paper, runs: all, files, given: [], literals: [], decisions: [] }).numbers;
}

/** @param counts which of the paper's numbers are looked at */
export function score(
  corpus: Corpus,
  {
    noise = [],
    counts = () => true,
    misses,
  }: { noise?: RecordedRun[]; counts?: (text: string) => boolean; misses?: string[] } = {},
): Score {
  const found = trace(corpus, noise);
  const keys = new Map(corpus.key.map(({ at, value }) => [at, value]));
  const total: Score = { keyed: 0, right: 0, strong: 0, wrong: 0, others: 0 };
  const seen = new Set<number>();
  const note = (what: string, { start, end }: { start: number; end: number }, more: unknown) =>
    misses?.push(
      `${corpus.name} ${what}: …${corpus.paper.slice(start - 40, start)}⟦${corpus.paper.slice(start, end)}⟧${corpus.paper.slice(end, end + 25)} ${JSON.stringify(more)}`.replaceAll(
        '\n',
        '⏎',
      ),
    );
  for (const number of found) {
    const keyAt = [...keys.keys()].find((at) => at >= number.start && at < number.end);
    if (keyAt !== undefined) seen.add(keyAt);
    if (!counts(number.text)) continue;
    const isLinked = LINKED.has(number.state) && number.fact !== undefined;
    const want = keyAt === undefined ? undefined : keys.get(keyAt);
    if (want === undefined) total.others += 1;
    else total.keyed += 1;
    if (!isLinked) {
      if (want !== undefined) note('missed', number, { want, is: number.state, why: number.reason });
      continue;
    }
    if (want !== undefined && number.fact !== undefined && isPrintedAs(number.fact.value, want)) {
      total.right += 1;
      if (number.state !== 'likely') total.strong += 1;
    } else {
      total.wrong += 1;
      note('wrong', number, { want, got: number.fact, state: number.state });
    }
  }
  for (const { at, value } of corpus.key) {
    if (seen.has(at)) continue;
    const text = /^[\d.,]+/.exec(corpus.paper.slice(at))?.[0] ?? '';
    if (!counts(text)) continue;
    total.keyed += 1;
    note('unseen', { start: at, end: at + text.length }, { want: value });
  }
  return total;
}

/** Whether a fact is the one that the key names by what its run printed; one that was recorded has all of its digits. */
function isPrintedAs(fact: string, printed: string): boolean {
  const [full, shown] = [numberOf(fact), numberOf(printed)];
  if (full === null || shown === null) return false;
  return Math.abs(full.value - shown.value) <= shown.step / 2 + Math.abs(full.value) * 1e-12;
}

export function sum(scores: Score[]): Score {
  const total: Score = { keyed: 0, right: 0, strong: 0, wrong: 0, others: 0 };
  for (const score of scores)
    for (const key of Object.keys(total) as (keyof Score)[]) total[key] += score[key];
  return total;
}

export function precision({ right, wrong }: Score): number {
  return right / Math.max(1, right + wrong);
}

export function recall({ right, keyed }: Score): number {
  return right / Math.max(1, keyed);
}

/** Digits that say something, as a reader counts them: three in 0.0123, 12.3 % and 1,230. */
export function digitsOf(text: string): number {
  const mantissa = text.replace(/\s*(?:[×x·*]|\\times)\s*10.*$/u, '').replace(/[^\d.]/g, '');
  const digits = mantissa.replace('.', '').replace(/^0+/, '');
  return mantissa.includes('.') ? digits.length : digits.replace(/0+$/, '').length;
}

/** Facts of a run that has nothing to do with any paper, of every size, the same each time. */
export function noise(count: number): RecordedRun {
  const random = randomFrom(7);
  const words = [
    'alpha',
    'load',
    'flux',
    'node',
    'batch',
    'edge',
    'cell',
    'mass',
    'queue',
    'layer',
    'tax',
    'offset',
  ];
  const facts = Array.from({ length: count }, (_, index) => ({
    name: `${words[index % words.length]}_${words[Math.floor(random() * words.length)]}_${index}`,
    value: (10 ** (random() * 7 - 3)).toPrecision(3 + Math.floor(random() * 5)),
    source: 'printed' as const,
    line: index + 1,
  }));
  return {
    number: 900,
    script: 'code/unrelated.py',
    scriptSha256: 'unrelated',
    ending: 'exited',
    exitCode: 0,
    reads: [],
    writes: [],
    facts,
  };
}

/** The paper with one digit of every keyed number changed, and where those numbers stand. */
export function falsified(corpus: Corpus, seed: number): { corpus: Corpus; at: number[] } {
  const random = randomFrom(seed);
  const chars = [...corpus.paper.split('')];
  const at: number[] = [];
  for (const number of numbersOf(corpus.paper).numbers) {
    if (!corpus.key.some((key) => key.at >= number.start && key.at < number.end)) continue;
    const digits: number[] = [];
    for (let place = number.start; place < number.end && /[-−\d.,]/.test(chars[place] ?? ''); place += 1) {
      if (/\d/.test(chars[place] ?? '')) digits.push(place);
    }
    // Not the first of a number: that is no slip of a pen but another size.
    const place = digits[Math.min(digits.length - 1, 1 + Math.floor(random() * (digits.length - 1)))];
    if (place === undefined) continue;
    const old = Number(chars[place]);
    chars[place] = String((old + 1 + Math.floor(random() * 9)) % 10);
    at.push(number.start);
  }
  return { corpus: { ...corpus, paper: chars.join(''), key: [] }, at };
}

/** Of falsified numbers with at least so many digits: how many there are, and how many were linked all the same. */
export function falselyLinked(
  corpus: Corpus,
  seed: number,
  digits: number,
  unrelated: RecordedRun[],
): { numbers: number; linked: number; strong: number } {
  const { corpus: changed, at } = falsified(corpus, seed);
  const places = new Set(at);
  const found = trace(changed, unrelated).filter(
    ({ start, text }) => places.has(start) && digitsOf(text) >= digits,
  );
  const linked = found.filter(({ state, fact }) => LINKED.has(state) && fact !== undefined);
  return {
    numbers: found.length,
    linked: linked.length,
    strong: linked.filter(({ state }) => state !== 'likely').length,
  };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
