/** Characters that no font has are told of (O5). */
import { expect, test } from '@jest/globals';
import { str } from '../../../src/exports/paper/ast.ts';
import { texHas, withSymbols } from '../../../src/exports/program/latex-symbols.ts';
import {
  charactersOf,
  missingAmong,
  missingProblem,
} from '../../../src/exports/program/missing-characters.ts';

test('O5: text and code are looked at, once for each character; what has no shape is not', () => {
  const blocks = [
    { t: 'Para', c: [str('a\u00e9\u00e9\u200d\ufe0f\u00a0字'), { t: 'Code', c: [['', [], []], 'ก'] }] },
    { t: 'CodeBlock', c: [['', [], []], '𓀀'] },
    { t: 'RawBlock', c: ['typst', '龘'] },
  ];
  expect(charactersOf(blocks)).toEqual(['é', '字', 'ก', '𓀀']);
});

test('O5: those that are missing are found among many by few questions, and no more than are named', () => {
  const all = Array.from({ length: 3_000 }, (_, index) => String.fromCodePoint(0x4e00 + index));
  const gone = new Set([all[0], all[1_500], all[2_999]]);
  let asked = 0;
  const lacks = (some: readonly string[]) => {
    asked += 1;
    return some.some((char) => gone.has(char));
  };
  expect(missingAmong(all, lacks)).toEqual([...gone]);
  expect(asked).toBeLessThan(100);
  expect(missingAmong(all, () => false)).toEqual([]);
  expect(missingAmong(all, () => true, 5)).toHaveLength(5);
});

test('O4: what TeX leaves out of a text is known without TeX', () => {
  const missing = (text: string, language: 'en' | 'zh') =>
    [...text].filter((char) => !texHas(char, language)).join('');
  expect(missing('aéüßœ“—…€℃π≈±αΩ中文，。（）', 'en')).toBe('');
  expect(missing('①Ⅱ≤龟亞', 'zh')).toBe('亞');
  expect(missing('①𠮷丂ก☃😀م', 'en')).toBe('①𠮷丂ก☃😀م');
});

test('O5: they are named with their numbers, and the line where the first of them stands', () => {
  expect(missingProblem('# A\n\nfine\n\nhere ก', ['ก', '𓀀'], 'They are boxes')).toEqual([
    {
      code: 'characters_missing',
      message: expect.stringMatching(/^They are boxes: ก \(U\+0E01\), 𓀀 \(U\+13000\)\. .*Word or HTML/),
      line: 5,
    },
  ]);
  expect(missingProblem('x', [], 'They are boxes')).toEqual([]);
});

test('O4: raised and lowered digits of a text are formulas for TeX, whose fonts have but three of them', () => {
  expect([...'x⁰⁻⁹f₀₉'].filter((char) => !texHas(char, 'en'))).toEqual([]);
  expect(withSymbols('f₁x⁴').map(({ c }) => (Array.isArray(c) ? c[1] : c))).toEqual(['f', '_1', 'x', '^4']);
});
