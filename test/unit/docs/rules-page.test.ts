/** docs/rules.md and the sources: what is cited is listed, and what is listed is shown by a test or is open. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const page = readFileSync(join(CHECKOUT, 'docs', 'rules.md'), 'utf8');
const listed = new Map(
  [...page.matchAll(/^- \*\*((?:SR-)?[A-Z]\d+)\*\*(?: \(open: ([^)]+)\))? \S/gm)].map(([, id = '', open]) => [
    id,
    open,
  ]),
);

interface Source {
  file: string;
  text: string;
}

const ID = /(?<![\w-])((?:SR-)?[A-Z]\d{1,2})(?:[-–]((?:SR-)?[A-Z]\d{1,2}))?(?!\w)/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*|^\s*--[^\n]*|^\s*#[^\n]*|<!--[\s\S]*?-->/gm;
const TITLE = /['"`]((?:SR-)?[A-Z]\d{1,2}\b[^'"`\n:]*):/g;

const idsIn = (text: string) =>
  [...text.matchAll(ID)].flatMap(([, id, last]) => [id, last]).filter((id) => id !== undefined);

/** Comments cite in brackets, at their beginning or their end: (R9), (D2, what follows), (as it was before S7). */
function citedInComments(text: string): string[] {
  const brackets = [...text.matchAll(COMMENT)].flatMap(([comment]) => comment.match(/\([^()]*\)/g) ?? []);
  return brackets
    .filter((inside) => /^\([a-z ,]*(?:SR-)?[A-Z]\d|[A-Z]\d{1,2}\)$/.test(inside))
    .flatMap(idsIn);
}

/** Tests cite before the colon that their sentence stands behind. */
function citedInTitles({ file, text }: Source): string[] {
  if (!file.endsWith('.test.ts')) return [];
  return [...text.matchAll(TITLE)].flatMap(([, ids = '']) => idsIn(ids));
}

const files = execFileSync(
  'git',
  ['ls-files', 'src', 'web/src', 'test', 'scripts', 'bench', 'sandbox', 'docker', 'migrations'],
  { cwd: CHECKOUT, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => /\.(?:ts|mts|mjs|vue|sql|py|sh|Dockerfile)$/.test(file));
const sources: Source[] = files.map((file) => ({ file, text: readFileSync(join(CHECKOUT, file), 'utf8') }));
const byTests = new Set(sources.flatMap(citedInTitles));

test('every rule that a comment or a test cites stands in rules.md', () => {
  const cited = sources.flatMap((source) =>
    [...citedInComments(source.text), ...citedInTitles(source)].map((id) => ({ file: source.file, id })),
  );
  expect(cited.length).toBeGreaterThan(1_000);
  // Migrations stay as they were released, and cite the security review without its prefix.
  const isListed = ({ file, id }: { file: string; id: string }) =>
    listed.has(id) || (file.startsWith('migrations/') && listed.has(`SR-${id}`));
  expect(cited.filter((each) => !isListed(each))).toEqual([]);
});

test('every rule of rules.md is cited by a test, or says what is open', () => {
  const unshown = [...listed]
    .filter(([id, open]) => open === undefined && !byTests.has(id))
    .map(([id]) => id);
  expect(unshown).toEqual([]);
});

test('each rule stands in rules.md once', () => {
  const lines = page.match(/^- \*\*(?:SR-)?[A-Z]\d+\*\*/gm) ?? [];
  expect(lines.length).toBe(listed.size);
});
