import { expect, test } from '@jest/globals';
import { readArguments } from '../../../src/activities/mend-arguments.ts';

test('M15: arguments with one reading are read so; others stay as they came', () => {
  expect(readArguments('{"a":"x"}')).toEqual({ a: 'x' });
  expect(readArguments('{"a":"one\ntwo"}')).toEqual({ a: 'one\ntwo' });
  expect(readArguments(JSON.stringify('{"a":1}'))).toEqual({ a: 1 });
  expect(readArguments('{"a":"$\\alpha$"}')).toEqual({ a: '$\\alpha$' });
  expect(readArguments('{"a": ')).toBe('{"a": ');
});

test('M15: no control character that TeX lost its backslash to reaches a paper', () => {
  expect(readArguments(String.raw`{"a":"$\frac{1}{2} \beta \theta \rho \nabla$"}`)).toEqual({
    a: String.raw`$\frac{1}{2} \beta \theta \rho \nabla$`,
  });
  expect(readArguments(String.raw`{"a":"def f():\n\tif x:\n\t\treturn 1\n"}`)).toEqual({
    a: 'def f():\n\tif x:\n\t\treturn 1\n',
  });
});
