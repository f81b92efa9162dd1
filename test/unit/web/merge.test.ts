import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decided, found, type Manuscript, over, textOf, typed } from '../../../web/src/paper/manuscript.ts';
import { type Choice, mergeTexts } from '../../../web/src/paper/merge.ts';

const at = (etag: string, text: string) => ({ etag, text });
const lines = (text: string) => text.split('\n');
const count = (text: string, line: string) => lines(text).filter((other) => other === line).length;

/** A paper of paragraphs, and two edits of it; each side's new lines are told by its own letter. */
const base = fc
  .array(fc.constantFrom('', '', '# Title', '## Method', 'one', 'two', 'three', 'four'), { maxLength: 14 })
  .map((parts) => parts.join('\n'));
interface Edit {
  at: number;
  gone: number;
  added: number;
}
const edits = fc.array(fc.record({ at: fc.nat(14), gone: fc.nat(3), added: fc.nat(3) }), { maxLength: 4 });
/** Each added line is one of its own. */
function edited(text: string, who: string, changes: Edit[]): string {
  const result = lines(text);
  changes.forEach(({ at: place, gone, added }, number) => {
    const fresh = Array.from({ length: added }, (_, index) => `${who}${number}.${index}`);
    result.splice(Math.min(place, result.length), gone, ...fresh);
  });
  return result.join('\n');
}
const added = (before: string, after: string) => lines(after).filter((line) => count(before, line) === 0);

const sides = fc.tuple(base, edits, edits).map(([text, my, their]) => ({
  base: text,
  mine: edited(text, 'my', my),
  theirs: edited(text, 'their', their),
}));

test('V2: of two edits of one text nothing that either side added is ever lost: it is in the text, or in a clash that asks', () => {
  fc.assert(
    fc.property(sides, (both) => {
      const merge = mergeTexts(both);
      const asked = merge.clashes.flatMap((clash) => clash.theirs);
      for (const line of added(both.base, both.mine)) expect(lines(merge.text)).toContain(line);
      for (const line of added(both.base, both.theirs))
        expect([...lines(merge.text), ...asked]).toContain(line);
      // And nothing is written twice.
      for (const line of added(both.base, both.mine)) expect(count(merge.text, line)).toBe(1);
    }),
    { numRuns: 2_000 },
  );
});

test('V2: what is decided is what was chosen and no more: both keeps all, mine gives up theirs in the clashes alone, and the other way about', () => {
  fc.assert(
    fc.property(sides, fc.constantFrom<Choice>('mine', 'theirs', 'both'), (both, choice) => {
      const { clashes } = mergeTexts(both);
      const conflict = over(both.base, both.mine, at('2', both.theirs));
      const result = lines(textOf(decided(conflict, choice, 'all')));
      if (choice !== 'both') expect(decided(conflict, choice, 'all').kind).not.toBe('conflict');
      const given = (side: 'mine' | 'theirs') => clashes.flatMap((clash) => clash[side]);
      for (const line of added(both.base, both.theirs)) {
        if (choice !== 'mine' || !given('theirs').includes(line)) expect(result).toContain(line);
      }
      for (const line of added(both.base, both.mine)) {
        if (choice !== 'theirs' || !given('mine').includes(line)) expect(result).toContain(line);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('V2: the agent writes again and again under a draft; whatever it and the person added since is there or asked about', () => {
  fc.assert(
    fc.property(base, fc.array(fc.tuple(edits, edits), { minLength: 1, maxLength: 4 }), (text, rounds) => {
      let manuscript: Manuscript = { kind: 'clean', stored: at('0', text) };
      let stored = text;
      let mine: string[] = [];
      rounds.forEach(([my, their], round) => {
        // A person's and an agent's edits that only add: what is there at the end must have all of it.
        const only = (changes: Edit[]) => changes.map((change) => ({ ...change, gone: 0 }));
        manuscript = typed(manuscript, edited(textOf(manuscript), `my${round}.`, only(my)));
        stored = edited(stored, `their${round}.`, only(their));
        manuscript = found(manuscript, at(String(round + 1), stored));
        mine = lines(textOf(manuscript)).filter((line) => line.startsWith('my'));
      });
      const now = textOf(decided(manuscript, 'both', 'all'));
      for (const line of lines(stored).filter((one) => one.startsWith('their')))
        expect(lines(now)).toContain(line);
      for (const line of mine) expect(lines(now)).toContain(line);
    }),
    { numRuns: 500 },
  );
});

test('V2: edits in different places are no conflict', () => {
  const paper = '# Title\n\n## Introduction\n\nText.\n\n## Method\n\nText.\n';
  const mine = paper.replace('# Title', '# My title');
  const theirs = paper
    .replace('## Method\n\nText.', '## Method\n\nWe ran it.')
    .replace('tion\n\nText.', 'tion\n\nIt is so.');
  expect(over(paper, mine, at('2', theirs))).toEqual({
    kind: 'edited',
    base: at('2', theirs),
    draft: '# My title\n\n## Introduction\n\nIt is so.\n\n## Method\n\nWe ran it.\n',
  });
});

test('V2: a choice about one place survives that the agent writes elsewhere; where it writes there again it is asked again', () => {
  const paper = 'a\n\nb\n\nc\n';
  const conflict = over(paper, 'my a\n\nmy b\n\nc\n', at('2', 'their a\n\ntheir b\n\nc\n'));
  const half = decided(conflict, 'mine', 0);
  expect(half.kind).toBe('conflict');
  const later = found(half, at('3', 'their a\n\ntheir b\n\ntheir c\n'));
  if (later.kind !== 'conflict') throw new Error('the second place is still open');
  expect(later.draft).toBe('my a\n\nmy b\n\ntheir c\n');
  expect(mergeTexts({ mine: later.draft, base: later.base, theirs: later.theirs.text }).clashes).toEqual([
    { mine: ['my b'], base: ['b'], theirs: ['their b'] },
  ]);
  expect(decided(later, 'theirs', 0)).toEqual({
    kind: 'edited',
    base: later.theirs,
    draft: 'my a\n\ntheir b\n\ntheir c\n',
  });
  expect(found(half, at('3', 'their other a\n\ntheir b\n\nc\n'))).toMatchObject({ kind: 'conflict' });
});

test('V2: both kept are two paragraphs; the agent’s line ends are no changes', () => {
  const conflict = over('a', 'my a', at('2', 'their a'));
  expect(textOf(decided(conflict, 'both', 'all'))).toBe('their a\n\nmy a');
  expect(over('a\r\n\r\nb\r\n', 'my a\n\nb\n', at('2', 'a\r\n\r\nb\r\n\r\nc\r\n'))).toMatchObject({
    kind: 'edited',
    draft: 'my a\n\nb\n\nc\n',
  });
});

test('a long paper is put together within the time of a keystroke', () => {
  const paper = Array.from({ length: 6_000 }, (_, index) => (index % 2 ? '' : `Paragraph ${index}.`)).join(
    '\n',
  );
  const began = performance.now();
  mergeTexts({ base: paper, mine: `My.\n\n${paper}`, theirs: `${paper}\n\nTheirs.` });
  expect(performance.now() - began).toBeLessThan(2_000);
});
