import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sectionContent, updateSection } from '../../../src/domain/markdown/edit-section.ts';
import { referenceTo } from '../../../src/domain/markdown/find-section.ts';
import { lineEndOf, trimBlankLines, withLineEnd } from '../../../src/domain/markdown/line-ends.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { contents, documents } from './arbitraries.ts';

const PAPER = '# P\n\nintro\n\n## A\n\nold\n\n### A1\n\nsub\n\n## B\n\nb\n';

function updated(source: string, section: string, content: string, mode: 'replace' | 'append' | 'prepend') {
  const edited = updateSection(source, section, content, mode);
  return edited.ok ? edited.source : edited.failure.code;
}

test('F6: replace swaps the body with its subsections and keeps the heading line', () => {
  expect(updated(PAPER, 'A', 'new', 'replace')).toBe('# P\n\nintro\n\n## A\n\nnew\n\n## B\n\nb\n');
});

test('F6: append adds at the end of the section, before the next heading of the same level', () => {
  expect(updated(PAPER, 'A', 'more', 'append')).toBe(
    '# P\n\nintro\n\n## A\n\nold\n\n### A1\n\nsub\n\nmore\n\n## B\n\nb\n',
  );
});

test('F6: prepend adds right under the heading', () => {
  expect(updated(PAPER, 'A', 'first', 'prepend')).toBe(
    '# P\n\nintro\n\n## A\n\nfirst\n\nold\n\n### A1\n\nsub\n\n## B\n\nb\n',
  );
});

test('a blank line is put where a heading touched the text around it', () => {
  expect(updated('# A\nold\n# B\n', 'A', 'new', 'replace')).toBe('# A\n\nnew\n\n# B\n');
  expect(updated('# A\nold\n# B\n', 'A', 'new', 'append')).toBe('# A\nold\n\nnew\n\n# B\n');
  expect(updated('# A\nold\n# B\n', 'A', 'new', 'prepend')).toBe('# A\n\nnew\n\nold\n# B\n');
  expect(updated('# A\n# B\n', 'A', 'new', 'append')).toBe('# A\n\nnew\n\n# B\n');
});

test.each(['', '\n', '\n\n'])('the final newline stays as it was (%j)', (end) => {
  for (const mode of ['replace', 'append', 'prepend'] as const) {
    expect(updated(`# A\n\nold${end}`, 'A', 'new\n\n', mode)).toMatch(new RegExp(`[a-z]${end}$`));
  }
  expect(updated(`# A${end}`, 'A', 'new', 'replace')).toBe(`# A\n\nnew${end}`);
});

test('content takes the line ends of the document, and a byte-order mark stays', () => {
  const source = '\uFEFF# A\r\n\r\nold\r\n\r\n# B\r\n';
  expect(updated(source, 'A', 'x\ny\n', 'replace')).toBe('\uFEFF# A\r\n\r\nx\r\ny\r\n\r\n# B\r\n');
});

test('indentation of the first line and hard breaks of the last one are kept', () => {
  const edited = updated('# A\n\nold\n\n# B\n', 'A', '\n    code\nend  \n', 'replace');
  expect(edited).toBe('# A\n\n    code\nend  \n\n# B\n');
});

test('empty content empties the section', () => {
  expect(updated(PAPER, 'A', '', 'replace')).toBe('# P\n\nintro\n\n## A\n\n## B\n\nb\n');
  expect(updated(PAPER, 'A', '', 'append')).toBe(PAPER);
  expect(updated(PAPER, 'A', '', 'prepend')).toBe(PAPER);
});

test.each(['```python\nprint(1)', '<!-- note', '<pre>\nx', '~~~'])(
  'text that would swallow the next heading is refused: %j',
  (content) => {
    expect(updated(PAPER, 'A', content, 'replace')).toBe('swallows_headings');
    expect(updated(PAPER, 'A', content, 'prepend')).toBe('swallows_headings');
    expect(updated(PAPER, 'A > A1', content, 'append')).toBe('swallows_headings');
  },
);

test('a section is read with its subsections and without the blank lines around', () => {
  expect(sectionContent(PAPER, 'A')).toMatchObject({ ok: true, content: 'old\n\n### A1\n\nsub' });
  expect(sectionContent('# A\n\n', 'A')).toMatchObject({ ok: true, content: '' });
});

const edits = fc.record({
  source: documents,
  content: contents,
  pick: fc.nat(),
  mode: fc.constantFrom('replace', 'append', 'prepend'),
});

test('F6: whatever is written, bytes outside the section and every heading outside it stay', () => {
  fc.assert(
    fc.property(edits, ({ source, content, pick, mode }) => {
      const sections = outline(source).filter((section) => section.title !== '');
      const section = sections[pick % Math.max(sections.length, 1)];
      if (section === undefined) return;
      const edited = updateSection(source, referenceTo(outline(source), section), content, mode);
      expect(edited.ok).toBe(true);
      if (!edited.ok) return;
      const tail = source.slice(section.end);
      expect(edited.source.startsWith(source.slice(0, section.headingEnd))).toBe(true);
      expect(edited.source.endsWith(tail)).toBe(true);
      const after = outline(edited.source);
      const now = after.find((candidate) => candidate.start === section.start);
      expect(now && edited.source.slice(now.end)).toBe(tail);
      const head = edited.source.slice(0, edited.source.length - tail.length);
      if (tail !== '' && mode !== 'prepend') expect(head).toMatch(/\n\r?\n$/);
      if (tail === '') expect(/(\r?\n)*$/.exec(edited.source)?.[0]).toBe(/(\r?\n)*$/.exec(source)?.[0]);
    }),
    { numRuns: 500 },
  );
});

test('F6: replace, then get, gives the content back; doing it again changes nothing', () => {
  fc.assert(
    fc.property(edits, ({ source, content, pick }) => {
      const sections = outline(source).filter((section) => section.title !== '');
      const section = sections[pick % Math.max(sections.length, 1)];
      if (section === undefined) return;
      const once = updateSection(source, referenceTo(outline(source), section), content, 'replace');
      if (!once.ok) throw new Error(once.failure.message);
      const after = outline(once.source);
      const now = after.find((candidate) => candidate.start === section.start);
      if (now === undefined) throw new Error('the section is gone');
      const reference = referenceTo(after, now);
      const wanted = withLineEnd(trimBlankLines(content).text, lineEndOf(source));
      expect(sectionContent(once.source, reference)).toMatchObject({ ok: true, content: wanted });
      expect(updateSection(once.source, reference, content, 'replace')).toEqual(once);
    }),
    { numRuns: 500 },
  );
});

test.each(['\n', '\r\n', '\r'])(
  'F6: where line ends are mixed, a heading line that ends in %j still does',
  (own) => {
    for (const other of ['\n', '\r\n', '\r']) {
      for (const body of ['', other, `${other}b${other}`, `b${other}${other}`, `b${other}c`]) {
        for (const rest of ['', `${other}${other}# Next${other}${other}n${other}`]) {
          const heading = `a${other}${other}# A${own}`;
          const source = heading + body + rest;
          for (const mode of ['replace', 'append', 'prepend'] as const) {
            const edited = updateSection(source, 'A', 'new', mode);
            expect(edited).toMatchObject({ ok: true, source: expect.stringContaining('new') });
            expect(edited.ok && edited.source.startsWith(heading)).toBe(true);
            expect(edited.ok && edited.source.endsWith(rest.trimStart())).toBe(true);
          }
        }
      }
    }
  },
);

test('F6: of two line ends that are as frequent, new text takes that of the heading', () => {
  expect(updateSection('a\n# A\r\n', 'A', 'b\nc', 'replace')).toEqual({
    ok: true,
    source: 'a\n# A\r\n\r\nb\r\nc\r\n',
  });
});
