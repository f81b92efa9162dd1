import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cancelled,
  diskLimit,
  exited,
  outOfMemory,
  outputLimit,
  timedOut,
} from '../../../src/sandbox/ending.ts';
import { forModel, headAndTail, shortTracebacks } from '../../../src/sandbox/for-model.ts';
import { DEFAULT_LIMITS } from '../../../src/sandbox/types.ts';

test('P7: each ending is named in its words, with the figure', () => {
  const limits = { ...DEFAULT_LIMITS, deadlineMs: 20_000 };
  expect(forModel('', '', timedOut(limits, 20_003))).toContain('timed out after 20 s');
  expect(forModel('', '', outOfMemory(limits, 5, 1_080_000_000))).toMatch(
    /out of memory: the limit is 1024 MiB, the peak was 1030 MiB/,
  );
  expect(forModel('', '', outputLimit(limits, 5))).toMatch(/output limit: more than 4 MiB/);
  expect(forModel('', '', diskLimit(limits, 5, '1100 MiB'))).toMatch(
    /disk limit: the workspace may hold 1024 MiB and 10,000 files, .* 1100 MiB/,
  );
  expect(forModel('', '', cancelled(3_100))).toContain('stopped after 3.1 s');
  expect(forModel('', '', exited(139, 100))).toContain('exited with code 139 (killed by SIGSEGV)');
});

test('S5: short output is shown as it is, and none is said', () => {
  expect(forModel('pi ≈ 3.14\n', '', exited(0, 1_234))).toBe(
    'The run finished in 1.2 s.\n\nstdout:\npi ≈ 3.14',
  );
  expect(forModel('', ' \n', exited(0, 80))).toBe('The run finished in 80 ms.\n\nIt printed nothing.');
});

test('S5: of long output head and tail are shown, with how much is missing', () => {
  const lines = Array.from({ length: 10_000 }, (_, number) => `line ${number}`).join('\n');
  const shown = headAndTail(lines);
  expect(shown.length).toBeLessThan(17 * 1024);
  expect(shown).toMatch(/^line 0\nline 1\n/);
  expect(shown).toMatch(/line 9999$/);
  const missing = Number(/\[… ([\d,]+) characters not shown …\]\n/.exec(shown)?.[1]?.replaceAll(',', ''));
  const [head, tail] = shown.split(/\[… [\d,]+ characters not shown …\]\n/) as [string, string];
  expect(head.length + missing + tail.length).toBe(lines.length);
});

test('S5: no cut splits a character', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.constantFrom('a', '🎲'), (shift, filler) => {
      const shown = headAndTail('x'.repeat(shift) + filler.repeat(200), 100);
      expect(shown.isWellFormed()).toBe(true);
    }),
  );
});

test('F4: a traceback keeps the script’s frames, the one that raised, and the error', () => {
  const stderr = `warning: something
Traceback (most recent call last):
  File "/workspace/code/fit.py", line 12, in <module>
    fit(data)
    ~~~^^^^^^
  File "/workspace/code/fit.py", line 5, in fit
    return optimize.curve_fit(f, x, y)
  File "/opt/python/lib/python3.11/site-packages/scipy/optimize/_minpack_py.py", line 971, in curve_fit
    res = leastsq(func, p0)
  File "/opt/python/lib/python3.11/site-packages/scipy/optimize/_minpack_py.py", line 400, in leastsq
    shape = _check_func()
  File "/opt/python/lib/python3.11/site-packages/scipy/optimize/_minpack_py.py", line 25, in _check_func
    res = atleast_1d(thefunc(*args))
ValueError: operands could not be broadcast
after`;
  expect(shortTracebacks(stderr)).toBe(`warning: something
Traceback (most recent call last):
  File "/workspace/code/fit.py", line 12, in <module>
    fit(data)
    ~~~^^^^^^
  File "/workspace/code/fit.py", line 5, in fit
    return optimize.curve_fit(f, x, y)
  [2 library frames not shown]
  File "/opt/python/lib/python3.11/site-packages/scipy/optimize/_minpack_py.py", line 25, in _check_func
    res = atleast_1d(thefunc(*args))
ValueError: operands could not be broadcast
after`);
});
