import { expect, test } from '@jest/globals';
import { visibleText } from '../../../web/src/shell/visible-text.ts';

test('SR-L1: what turns a name around is shown as what it is', () => {
  expect(visibleText('report\u202efdp.exe')).toBe('report[U+202E]fdp.exe');
  expect(visibleText('a\u0000b\nc\u2066d\u200e\u061c\ufeff')).toBe(
    'a[U+0000]b[U+000A]c[U+2066]d[U+200E][U+061C][U+FEFF]',
  );
});

test('SR-L1: names of all scripts stay as they are, joiners too', () => {
  for (const name of ['文件.csv', 'تقرير.pdf', 'דוח.txt', '👩‍🔬.png', 'می‌خواهم', 'naïve – “x”.md']) {
    expect(visibleText(name)).toBe(name);
  }
});
