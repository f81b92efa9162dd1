/** What cannot be made where a package is missing (O11). */
import { expect, test } from '@jest/globals';
import { missingFormats, PANDOC_PACKAGE, TYPST_PACKAGE } from '../../../src/exports/missing-formats.ts';

test.each([
  ['everything is there', [], []],
  ['typst is missing', [TYPST_PACKAGE], ['pdf', 'ai_report', 'pack']],
  ['pandoc is missing', [PANDOC_PACKAGE], ['pdf', 'docx', 'latex', 'ai_report', 'pack']],
  ['both are missing', [PANDOC_PACKAGE, TYPST_PACKAGE], ['pdf', 'docx', 'latex', 'ai_report', 'pack']],
])(
  'O11: where %s, each format that cannot be had says which package it lacks and what can be had',
  (_, lacks, formats) => {
    const missing = missingFormats((name) => !lacks.includes(name));
    expect(missing.map(({ format }) => format)).toEqual(formats);
    for (const { reason } of missing) {
      expect(lacks.some((name) => reason.includes(name))).toBe(true);
      expect(reason).toMatch(/HTML/);
    }
  },
);
