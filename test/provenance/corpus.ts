/** A paper with the runs behind it and a key: what each of its numbers states, written down by who made the paper. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Fact, RecordedRun } from '../../src/domain/provenance/types.ts';

export interface KeyedNumber {
  /** UTF-16 offset of its first digit in the paper. */
  at: number;
  /** The value of the fact that it states. */
  value: string;
}

export interface Corpus {
  name: string;
  paper: string;
  runs: RecordedRun[];
  /** Numbers that state a fact; every other number of the paper states none. */
  key: KeyedNumber[];
}

/** The demo's papers as `make-demo-papers.ts` wrote them, from runs of its scripts. */
export function demoPapers(): Corpus[] {
  const folder = new URL('./demo/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Corpus);
}

/** Marks of a paper's text that say which fact a number states: `⟦3.142¦pi_estimate⟧`. */
const MARK = /⟦([^¦⟧]*)¦([^⟧]*)⟧/gu;

/** A marked text as it is read, and its key. `valueNamed` finds what a mark names. */
export function unmarked(
  marked: string,
  valueNamed: (name: string) => string,
): Pick<Corpus, 'paper' | 'key'> {
  const key: KeyedNumber[] = [];
  let paper = '';
  let done = 0;
  for (const match of marked.matchAll(MARK)) {
    const [all, written = '', name = ''] = match;
    paper += marked.slice(done, match.index);
    key.push({ at: paper.length + Math.max(0, written.search(/\d/)), value: valueNamed(name) });
    paper += written;
    done = match.index + all.length;
  }
  return { paper: paper + marked.slice(done), key };
}

/** Sections as models write them, with marks; above the line their script and the facts that its run gave. */
export function sections(): Corpus[] {
  return readSections('./sections/');
}

/**
 * Sections in other manners than those by which the rules were made: of other subjects, with units in the heads of tables,
 * ±, intervals, "per 100,000", full-width signs, suffixes, and many numbers that are no results. Their keys stood before
 * anything was measured.
 */
export function otherManners(): Corpus[] {
  return readSections('./other-manners/');
}

function readSections(name: string): Corpus[] {
  const folder = new URL(name, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((file) => readSection(file, readFileSync(new URL(file, folder), 'utf8')));
}

function readSection(name: string, text: string): Corpus {
  const [head = '', ...rest] = text.split(/^---\n/m);
  const [script = '', ...lines] = head.trim().split('\n');
  const facts = lines.map((line, index): Fact => {
    const [, fact = '', value = '', unit] = /^(\w+)=(\S+)(?: (.*))?$/.exec(line) ?? [];
    return { name: fact, value, source: 'printed', line: index + 1, ...(unit ? { unit } : {}) };
  });
  const valueNamed = (fact: string) => {
    const found = facts.find((candidate) => candidate.name === fact);
    if (found === undefined) throw new Error(`${name}: no fact is called ${fact}`);
    return found.value;
  };
  const run: RecordedRun = {
    number: 1,
    script: script.replace('script: ', ''),
    scriptSha256: name,
    ending: 'exited',
    exitCode: 0,
    reads: [],
    writes: [],
    facts,
  };
  return { name, ...unmarked(rest.join('---\n'), valueNamed), runs: [run] };
}
