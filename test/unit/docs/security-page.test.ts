/** docs/security.md: the tests and files that it names are there, and the tests name the rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const page = readFileSync(join(CHECKOUT, 'docs', 'security.md'), 'utf8');

/** The text of a test file, or of all that a folder holds. */
function testsAt(name: string): string {
  const at = join(CHECKOUT, 'test', name);
  if (existsSync(`${at}.test.ts`)) return readFileSync(`${at}.test.ts`, 'utf8');
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(at, file), 'utf8'))
    .join('\n');
}

test('every rule that security.md says a test shows stands in that test', () => {
  const claims = [
    ...page.matchAll(/`((?:unit|integration|contracts)\/[\w/-]+)`((?:,? ?(?:[A-Z]\d+|SSE|quota)\b)+)/g),
  ];
  expect(claims.length).toBeGreaterThan(30);
  const unshown = claims.flatMap(([, file = '', rules = '']) =>
    (rules.match(/[A-Z]\d+|SSE|quota/g) ?? [])
      .filter((rule) => !new RegExp(`\\b${rule}\\b`).test(testsAt(file)))
      .map((rule) => `${file}: ${rule}`),
  );
  expect(unshown).toEqual([]);
});

test('every file that security.md names is there', () => {
  const named = page.match(/(?<![\w/])(?:src|web|migrations|test)\/[\w./-]*\w/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(join(CHECKOUT, file)))).toEqual([]);
});
