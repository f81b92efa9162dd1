import { expect, test } from '@jest/globals';
import { matches, stepped } from '../../../web/src/palette/found.ts';

test('V54: a command is found by beginnings of its words in any order, whatever their case and accents, and Chinese by any part', () => {
  expect(matches('Export the paper…', 'pap EXP')).toBe(true);
  expect(matches('Export the paper…', 'port')).toBe(false);
  expect(matches('Appearance: Dark', 'dark')).toBe(true);
  expect(matches('Créer un projet', 'creer')).toBe(true);
  expect(matches('外观：深色', '深色')).toBe(true);
  expect(matches('外观：深色', '浅')).toBe(false);
  expect(matches('Anything', '  ')).toBe(true);
  expect(matches('Language: 中文', '中文 lang')).toBe(true);
});

test('V54: the arrow keys go round, and nowhere where nothing is listed', () => {
  expect(stepped(0, -1, 3)).toBe(2);
  expect(stepped(2, 1, 3)).toBe(0);
  expect(stepped(-1, 1, 3)).toBe(0);
  expect(stepped(0, 1, 0)).toBe(-1);
});
