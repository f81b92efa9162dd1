import { expect, test } from '@jest/globals';
import { onlyAscii } from '../../../src/bundle/only-ascii.ts';

test('B15: code keeps its meaning when its other characters are escapes', () => {
  const code = `const sign = { text: 'π ≈ 3, 😀', template: \`\${1}·é\`, found: /^[Ā-ž😀]$/u.test('ą') }; ${' '.repeat(200)}`;
  const escaped = onlyAscii(code);
  expect(escaped).toMatch(/^[\0-\x7f]*$/);
  const value = (text: string) => new Function(`${text}; return sign;`)();
  expect(value(escaped)).toEqual(value(code));
  expect(value(escaped)).toEqual({ text: 'π ≈ 3, 😀', template: '1·é', found: true });
});

test('tables of characters stay as they are, for which escapes would take more room', () => {
  expect(onlyAscii("'漢字漢字'")).toBe("'漢字漢字'");
});

test('code with a template that is taken as it was written stays as it is', () => {
  const code = `const minus = String.raw\`\\s−\`;${' '.repeat(20)}`;
  expect(onlyAscii(code)).toBe(code);
});
