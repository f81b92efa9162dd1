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
import { keepHeadAndTail } from '../../../src/sandbox/kept-output.ts';
import { DEFAULT_LIMITS, type Ending } from '../../../src/sandbox/types.ts';

const whole = (text: string) => keepHeadAndTail(text).kept();
const result = (stdout: string, stderr: string, ending: Ending) =>
  forModel(whole(stdout), whole(stderr), ending);

test('P7: each ending is named in its words, with the figure', () => {
  const limits = { ...DEFAULT_LIMITS, deadlineMs: 20_000 };
  expect(result('', '', timedOut(limits, 20_003))).toContain('timed out after 20 s');
  expect(result('', '', outOfMemory(limits, 5, 1_080_000_000))).toMatch(
    /out of memory: the limit is 1024 MiB, the peak was 1030 MiB/,
  );
  expect(result('', '', outputLimit(limits, 5))).toMatch(/output limit: more than 4 MiB/);
  expect(result('', '', diskLimit(limits, 5, '1100 MiB'))).toMatch(
    /disk limit: the workspace may hold 1024 MiB and 10,000 files, .* 1100 MiB/,
  );
  expect(result('', '', cancelled(3_100))).toContain('stopped after 3.1 s');
  expect(result('', '', exited(139, 100))).toContain('exited with code 139 (killed by SIGSEGV)');
});

test('S5: short output is shown as it is, and none is said', () => {
  expect(result('pi ≈ 3.14\n', '', exited(0, 1_234))).toBe(
    'The run finished in 1.2 s.\n\nstdout:\npi ≈ 3.14',
  );
  expect(result('', ' \n', exited(0, 80))).toBe('The run finished in 80 ms.\n\nIt printed nothing.');
});

test('S5: of long output head and tail are shown, with how much is missing', () => {
  const lines = Array.from({ length: 10_000 }, (_, number) => `line ${number}`).join('\n');
  const shown = headAndTail(whole(lines));
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
      const shown = headAndTail(whole('x'.repeat(shift) + filler.repeat(200)), 100);
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

test('S5: of a stream of any length its two ends are kept, in bounded memory, and what is gone is counted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', '🎲b', 'line\n', 'x'.repeat(9_000)), { maxLength: 80 }),
      (texts) => {
        const keeper = keepHeadAndTail();
        for (const text of texts) keeper.add(text);
        const { head, dropped, tail } = keeper.kept();
        const all = texts.join('');
        expect(head.length + tail.length).toBeLessThan(3 * 64 * 1024 + 2);
        expect([all.startsWith(head), all.endsWith(tail)]).toEqual([true, true]);
        expect(head.length + dropped + tail.length).toBe(all.length);
        expect([head.isWellFormed(), tail.isWellFormed()]).toEqual([true, true]);
      },
    ),
  );
});

test('S5: a traceback that comes after megabytes of the other stream, or of its own, is shown', () => {
  const stdout = keepHeadAndTail();
  const stderr = keepHeadAndTail('first warning\n');
  for (let line = 0; line < 60_000; line += 1) {
    stdout.add(`row ${line} ${'.'.repeat(40)}\n`);
    stderr.add(`warning ${line}\n`);
  }
  stderr.add('Traceback (most recent call last):\n  File "/workspace/code/a.py", line 3, in <module>\n');
  stderr.add('ValueError: late\n');
  const shown = forModel(stdout.kept(), stderr.kept(), exited(1, 5_000));
  expect(shown.length).toBeLessThan(34 * 1024);
  expect(shown).toMatch(/stdout:\nrow 0 .*\[… [\d,]+ characters not shown …\].*row 59999 /s);
  expect(shown).toMatch(/stderr:\nfirst warning\n.*not shown …\].*line 3, in <module>\nValueError: late$/s);
});
