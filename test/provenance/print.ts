/** `npm run provenance:measure [-- --misses]`: prints how well numbers are traced, as docs/trust.md has it, and how fast. */
import { provenanceOf } from '../../src/domain/provenance/provenance.ts';
import { type Corpus, demoPapers, otherManners, sections } from './corpus.ts';
import { digitsOf, falselyLinked, noise, precision, recall, score, sum } from './measure.ts';

const UNRELATED = 1_000;
const ROUNDS = 10;
/** Twenty pages, as they are set here. */
const CHARACTERS = 60_000;

const share = (value: number) => `${(100 * value).toFixed(1)} %`;
const misses: string[] = [];

console.log(
  '| papers | facts beside theirs | numbers that state a fact | precision | recall | sure | others linked |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, papers] of [
  ["the demo's", demoPapers()],
  ['sections', sections()],
  ['other manners', otherManners()],
] as [string, Corpus[]][]) {
  for (const unrelated of [0, UNRELATED])
    for (const digits of [0, 3]) {
      const beside = unrelated > 0 ? [noise(unrelated)] : [];
      const counts = (text: string) => digitsOf(text) >= digits;
      const found = sum(papers.map((paper) => score(paper, { noise: beside, counts, misses })));
      const which = digits > 0 ? `${name}, from ${digits} digits on` : name;
      console.log(
        `| ${which} | ${unrelated.toLocaleString('en')} | ${found.keyed} | ${share(precision(found))} | ${share(recall(found))} | ${share(found.strong / found.keyed)} | ${found.wrong} of ${found.others} |`,
      );
    }
}

console.log(
  '\n| falsified numbers, one digit changed | facts beside theirs | numbers | stay unlinked | told as sure |',
);
console.log('| --- | --- | --- | --- | --- |');
for (const unrelated of [0, UNRELATED])
  for (const digits of [1, 3, 4]) {
    const beside = unrelated > 0 ? [noise(unrelated)] : [];
    const all = [...demoPapers(), ...sections(), ...otherManners()].flatMap((paper) =>
      Array.from({ length: ROUNDS }, (_, seed) => falselyLinked(paper, seed + 1, digits, beside)),
    );
    const numbers = all.reduce((total, one) => total + one.numbers, 0);
    const linked = all.reduce((total, one) => total + one.linked, 0);
    const strong = all.reduce((total, one) => total + one.strong, 0);
    console.log(
      `| from ${digits} digits on | ${unrelated.toLocaleString('en')} | ${numbers.toLocaleString('en')} | ${share(1 - linked / numbers)} | ${share(strong / numbers)} |`,
    );
  }

printSpeed();
if (process.argv.includes('--misses')) console.log(`\n${misses.join('\n')}`);

/** Twenty pages and 5,000 facts: the processor's time, for on a busy machine the clock tells of the other programs. */
function printSpeed(): void {
  const all = [...demoPapers(), ...sections(), ...otherManners()];
  const text = [...all, ...all].map(({ paper }) => paper).join('\n\n');
  const source = text.slice(0, CHARACTERS);
  const runs = [noise(4_700), ...all.flatMap(({ runs: own }) => own)].map((run, index) => ({
    ...run,
    number: index + 1,
  }));
  const files = new Map(runs.map(({ script, scriptSha256 }) => [script, scriptSha256]));
  const times = Array.from({ length: 20 }, () => {
    const began = process.cpuUsage();
    provenanceOf({ source, runs, files, given: [], literals: [], decisions: [] });
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  const facts = runs.reduce((total, { facts: own }) => total + own.length, 0);
  const numbers = provenanceOf({ source, runs, files, given: [], literals: [], decisions: [] }).numbers
    .length;
  console.log(
    `\n${source.length.toLocaleString('en')} characters (some 20 pages), ${numbers} numbers, ${facts.toLocaleString('en')} facts: ${(times[0] ?? 0).toFixed(0)} ms at best, ${(times[10] ?? 0).toFixed(0)} ms in the middle`,
  );
}
