/** By which words a message is found, and what of it is shown (H8). */
import { expect, test } from '@jest/globals';
import {
  askedWords,
  hasAsked,
  narrowWords,
  SEARCHED_CHARACTERS,
  searchWords,
  snippetOf,
} from '../../../src/domain/search-words.ts';

test('H8: words are found by letters and digits, whatever their case', () => {
  expect(searchWords('The Monte-Carlo method, for n_2 = 10 000: café!')).toEqual(
    'the monte carlo method for n_2 10 000 café'.split(' '),
  );
});

test('H8: what is written without spaces is found by each two characters, and beside other letters', () => {
  expect(searchWords('用Python画收敛图')).toEqual(['用', 'python', '画收', '收敛', '敛图', '图']);
  expect(searchWords('モンテカルロ')).toContain('テカ');
});

test('H8: what is asked for in Chinese is all of its pairs; one character is what a pair begins with', () => {
  expect(askedWords('收敛图')).toEqual([
    { word: '收敛', isBeginning: false },
    { word: '敛图', isBeginning: false },
  ]);
  expect(askedWords('敛')).toEqual([{ word: '敛', isBeginning: true }]);
  const text = new Set(searchWords('绘制收敛过程图。'));
  for (const asked of ['收敛', '过程图', '绘制收敛过程图'])
    expect(askedWords(asked).every(({ word }) => text.has(word))).toBe(true);
  // Found by what begins with it, wherever it stands.
  for (const one of '绘敛图') expect([...text].some((word) => word.startsWith(one))).toBe(true);
});

test('H8: the last word may still be being typed, but for one of so few letters', () => {
  expect(askedWords('Monte Car')).toEqual([
    { word: 'monte', isBeginning: false },
    { word: 'car', isBeginning: true },
  ]);
  expect(askedWords('of')).toEqual([{ word: 'of', isBeginning: false }]);
});

test('H8: no text and no question makes words that mean something to the database', () => {
  for (const text of ["'; drop table works; --", ':* & | ! <-> ( ) \\ \0', '#00000000', '\ud800x'])
    for (const word of [...searchWords(text), ...askedWords(text).map((one) => one.word)])
      expect(word).toMatch(/^[\p{L}\p{N}\p{M}_]+$/u);
  expect(askedWords('?!')).toEqual([]);
  expect(askedWords('word '.repeat(100)).length).toBeLessThanOrEqual(16);
  expect(Math.max(...searchWords('x'.repeat(5_000)).map((word) => word.length))).toBeLessThanOrEqual(64);
  expect(searchWords(Array.from({ length: 9_000 }, (_, n) => `w${n}`).join(' ')).length).toBeLessThanOrEqual(
    4_200,
  );
  expect(searchWords(`${' '.repeat(SEARCHED_CHARACTERS)}behind`)).toEqual([]);
});

test('H8: a text has 4,000 words at most, although it is one run that nothing parts', () => {
  const han = Array.from({ length: 15_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('');
  const words = searchWords(han);
  expect(words).toHaveLength(4_000);
  expect(words[0]).toBe(han.slice(0, 2));
});

test('H8: the index of everybody’s words is not asked for what begins with one character', () => {
  expect(narrowWords(askedWords('敛'))).toEqual([]);
  expect(narrowWords(askedWords('敛 monte 收敛 carl')).map(({ word }) => word)).toEqual([
    'monte',
    '收敛',
    'carl',
  ]);
});

test('H8: a snippet is a line around the first hit, with each hit marked and nothing made of what stands there', () => {
  const text = `${'before '.repeat(40)}the <b>Monte Carlo</b>\nmethod, Monte Carlo again ${'after '.repeat(80)}`;
  const parts = snippetOf(text, 'monte carlo');
  expect(parts.filter(({ hit }) => hit).map((part) => part.text)).toEqual(['Monte Carlo', 'Monte Carlo']);
  expect(parts[0]).toEqual({ text: '…', hit: false });
  expect(parts.at(-1)).toEqual({ text: '…', hit: false });
  expect(parts.map((part) => part.text).join('')).toContain('<b>Monte Carlo</b> method');
  expect(parts.map((part) => part.text).join('').length).toBeLessThan(200);
});

test('H8: words that stand apart are marked each; a text that has none of them begins at its beginning', () => {
  expect(snippetOf('carlo and monte', 'monte carlo').filter(({ hit }) => hit)).toHaveLength(2);
  expect(snippetOf('something else', 'monte')).toEqual([{ text: 'something else', hit: false }]);
  expect(snippetOf('', 'x')).toEqual([]);
  expect(snippetOf('我们用蒙特卡洛方法', '蒙特卡洛')).toEqual([
    { text: '我们用', hit: false },
    { text: '蒙特卡洛', hit: true },
    { text: '方法', hit: false },
  ]);
  expect(hasAsked('Monte Carlo', 'monte  carlo'.replace('  ', ' '))).toBe(true);
});
