import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addSection, type NewSection } from '../../../src/domain/markdown/add-section.ts';
import { referenceTo } from '../../../src/domain/markdown/find-section.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { renameSection } from '../../../src/domain/markdown/rename-section.ts';
import { contents, documents, titles } from './arbitraries.ts';

function added(source: string, section: NewSection): string {
  const edited = addSection(source, section);
  return edited.ok ? edited.source : edited.failure.code;
}

function renamed(source: string, section: string, title: string): string {
  const edited = renameSection(source, section, title);
  return edited.ok ? edited.source : edited.failure.code;
}

test('F6: a section is added at the end, or after another with its subsections', () => {
  const source = '# P\n\n## A\n\na\n\n### A1\n\nx\n\n## B\n\nb\n';
  expect(added(source, { title: 'C', level: 2, content: 'c\n' })).toBe(`${source}\n## C\n\nc\n`);
  expect(added(source, { title: 'N', level: 2, content: 'n', after: 'A' })).toBe(
    '# P\n\n## A\n\na\n\n### A1\n\nx\n\n## N\n\nn\n\n## B\n\nb\n',
  );
});

test('a section is added to an empty file, after front matter, and without a final newline where there was none', () => {
  expect(added('', { title: 'A', level: 1, content: 'x' })).toBe('# A\n\nx\n');
  expect(added('\uFEFF', { title: 'A', level: 1, content: '' })).toBe('\uFEFF# A\n');
  expect(added('---\nt: x\n---', { title: 'A', level: 1, content: '' })).toBe('---\nt: x\n---\n\n# A');
  expect(added('# A\r\ntext', { title: 'B', level: 1, content: 'b\nc' })).toBe(
    '# A\r\ntext\r\n\r\n# B\r\n\r\nb\r\nc',
  );
});

test('a missing `after`, an empty title and a place where no heading can stand are failures', () => {
  expect(added('# A\n', { title: 'B', level: 1, content: '', after: 'Z' })).toBe('missing_section');
  expect(added('# A\n', { title: ' \n', level: 1, content: '' })).toBe('bad_title');
  expect(added('# A\n\n```\nopen\n', { title: 'B', level: 1, content: '' })).toBe('swallows_headings');
  expect(added('# A\n\n# B\n', { title: 'N', level: 1, content: '```', after: 'A' })).toBe(
    'swallows_headings',
  );
});

test('titles are made fit: number signs before them go, those at the end are escaped, lines are joined', () => {
  expect(added('', { title: '## Results', level: 2, content: '' })).toBe('## Results\n');
  expect(added('', { title: 'About C #', level: 1, content: '' })).toBe('# About C \\#\n');
  expect(outline(added('', { title: 'About C #', level: 1, content: '' }))[0]?.title).toBe('About C #');
  expect(added('', { title: 'a\nb', level: 1, content: '' })).toBe('# a b\n');
});

test('F6: adding keeps what was there and makes one section with the title, level and content given', () => {
  const cases = fc.record({
    source: documents,
    title: titles,
    level: fc.integer({ min: 1, max: 6 }),
    content: contents,
  });
  fc.assert(
    fc.property(cases, ({ source, title, level, content }) => {
      const edited = addSection(source, { title, level, content });
      if (!edited.ok) throw new Error(edited.failure.message);
      const before = outline(source);
      const after = outline(edited.source);
      expect(after.slice(0, before.length).map((section) => section.start)).toEqual(
        before.map((section) => section.start),
      );
      expect(after.at(-1)).toMatchObject({ level, rawTitle: title });
      expect(after.length).toBe(before.length + 1);
      expect(edited.source.startsWith(source.trimEnd())).toBe(true);
    }),
  );
});

test('F6: renaming changes the heading text and nothing else', () => {
  expect(renamed('# A\n\n##  Old *x*  ##  \nbody\n', 'Old x', 'New')).toBe('# A\n\n##  New  ##  \nbody\n');
  expect(renamed('Old\ntitle\n=====\nbody', 'Old title', 'New')).toBe('New\n=====\nbody');
  expect(renamed('# Old\r\n', 'Old', 'New #')).toBe('# New \\#\r\n');
});

test('a title that cannot stand above an underline makes a heading with number signs', () => {
  expect(renamed('Old\n---\nbody\n', 'Old', '- x')).toBe('## - x\nbody\n');
  expect(renamed('a\n\nOld\n===\nbody\n', 'Old', '1. First')).toBe('a\n\n# 1. First\nbody\n');
});

test('renaming any section of any document keeps every other heading and byte', () => {
  const cases = fc.record({ source: documents, title: titles, pick: fc.nat() });
  fc.assert(
    fc.property(cases, ({ source, title, pick }) => {
      const sections = outline(source);
      const section = sections[pick % Math.max(sections.length, 1)];
      if (section === undefined) return;
      const edited = renameSection(source, referenceTo(sections, section), title);
      if (!edited.ok) throw new Error(edited.failure.message);
      const after = outline(edited.source);
      expect(after.map((now) => now.level)).toEqual(sections.map((old) => old.level));
      expect(after[sections.indexOf(section)]?.rawTitle).toBe(title);
      expect(edited.source.startsWith(source.slice(0, section.start))).toBe(true);
      expect(edited.source.endsWith(source.slice(section.headingEnd))).toBe(true);
    }),
  );
});
