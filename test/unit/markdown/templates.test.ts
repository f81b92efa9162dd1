import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { findSection, referenceTo } from '../../../src/domain/markdown/find-section.ts';
import { guidedOutline } from '../../../src/domain/markdown/guidance.ts';
import { outline, pathOf } from '../../../src/domain/markdown/outline.ts';

const folder = new URL('../../../templates/', import.meta.url);
const files = readdirSync(folder);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const slugs = [...new Set(files.map((file) => file.replace(/-(en|zh)\.md$/, '')))];

test('F11: at least four templates ship, each in English and Chinese', () => {
  expect(slugs.length).toBeGreaterThanOrEqual(4);
  expect([...files].sort()).toEqual(slugs.flatMap((slug) => [`${slug}-en.md`, `${slug}-zh.md`]).sort());
});

test.each(files)(
  'F11: %s has name, description and language, and begins with its title, behind first lines of its own',
  (file) => {
    const fields =
      /^---\nname: .+\ndescription: .+\nlanguage: (en|zh)\n---\n(?:---\n(?:.+\n)+---\n\n)?# /.exec(
        read(file),
      );
    expect(fields?.[1]).toBe(/-(en|zh)\.md$/.exec(file)?.[1]);
  },
);

test.each(files)('F11: in %s every section says what it asks for, and nothing else stands there', (file) => {
  const guided = guidedOutline(read(file));
  expect(guided.length).toBeGreaterThan(6);
  for (const { section, guidance, written } of guided) {
    expect([section.title, (guidance ?? '').length > 10, written]).toEqual([section.title, true, 0]);
  }
});

test.each(files)('in %s every section can be named by its title alone', (file) => {
  const sections = outline(read(file));
  for (const section of sections) {
    expect(findSection(sections, section.title).ok).toBe(true);
    expect(referenceTo(sections, section)).toBe(pathOf(section));
  }
});
