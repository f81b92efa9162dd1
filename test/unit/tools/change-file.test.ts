import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sha256 } from '../../../src/workspace/regular-file.ts';
import { Crash, type CrashPoint, memoryJournal, withBench } from './context.ts';

const POINTS: CrashPoint[] = ['before find', 'before record', 'after record', 'after write'];
const APPEND = { file: 'paper.md', content: 'more', mode: 'append' };

test.each(POINTS)('R3: a call that died %s and is tried again appends once', async (point) => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', '# A\n');
    const journal = memoryJournal();
    await expect(attempt('writemd', APPEND, { journal, crash: point })).rejects.toThrow(Crash);
    const result = await attempt('writemd', APPEND, { journal });
    expect(await text('paper.md')).toBe('# A\n\nmore\n');
    expect(result).toMatchObject({
      ok: true,
      files: [{ path: 'paper.md', size: 10, sha256: sha256('# A\n\nmore\n'), change: 'changed' }],
    });
    expect(await attempt('writemd', APPEND, { journal })).toEqual(result);
    expect(await text('paper.md')).toBe('# A\n\nmore\n');
  });
});

test('R3, D5: whatever calls die wherever and however often, each has its effect once and in order', async () => {
  const call = fc.record({
    name: fc.constantFrom('writemd', 'update_section_content', 'add_section', 'rename_section_title'),
    crashes: fc.array(fc.constantFrom(...POINTS), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 6 }), async (calls) => {
      await withBench(async ({ workspace, attempt, text }) => {
        await workspace.write('paper.md', '# A\n\nstart\n\n# B\n');
        for (const [index, { name, crashes }] of calls.entries()) {
          const args = {
            file: 'paper.md',
            section: 'B',
            content: `text ${index}`,
            mode: 'append',
            title: `New ${index}`,
            level: 2,
            after: 'B',
            new_title: 'B',
          };
          const journal = memoryJournal();
          for (const crash of crashes) await attempt(name, args, { journal, crash }).catch(expectCrash);
          expect(await attempt(name, args, { journal })).toMatchObject({ ok: true });
        }
        const written = await text('paper.md');
        for (const [index, { name }] of calls.entries()) {
          const times = name === 'rename_section_title' ? 0 : 1;
          expect(written.split(`text ${index}\n`).length - 1).toBe(times);
        }
      });
    }),
    { numRuns: 60 },
  );
});

function expectCrash(error: unknown): void {
  expect(error).toBeInstanceOf(Crash);
}

test('R3: an edit that a person made after the change is never overwritten by the retry', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', '# A\n');
    const journal = memoryJournal();
    await attempt('writemd', APPEND, { journal, crash: 'after write' }).catch(expectCrash);
    await workspace.write('paper.md', '# Mine\n');
    const result = await attempt('writemd', APPEND, { journal });
    expect(result).toMatchObject({ ok: false, files: [] });
    expect(result.result).toContain('Read it again');
    expect(await text('paper.md')).toBe('# Mine\n');
  });
});

test('U10: an edit that a person makes between read and write is kept, and the model is told', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', '# A\n');
    const beforeWrite = async () => void (await workspace.write('paper.md', '# Mine\n'));
    const result = await attempt('writemd', APPEND, { beforeWrite });
    expect(result).toMatchObject({ ok: false, files: [] });
    expect(result.result).toContain('somebody else changed it');
    expect(await text('paper.md')).toBe('# Mine\n');
    expect(await attempt('writemd', APPEND)).toMatchObject({ ok: true });
  });
});

test('a file that appears while one is being made is kept', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    const beforeWrite = async () => void (await workspace.write('new.md', 'mine'));
    const args = { file: 'new.md', content: 'x', mode: 'write' };
    expect(await attempt('writemd', args, { beforeWrite })).toMatchObject({ ok: false });
    expect(await text('new.md')).toBe('mine');
  });
});

test('a change that changes nothing writes nothing and lists no file', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('paper.md', 'x');
    const args = { file: 'paper.md', content: 'x', mode: 'write' };
    const beforeWrite = () => Promise.reject(new Error('written'));
    expect(await attempt('writemd', args, { beforeWrite })).toMatchObject({ ok: true, files: [] });
  });
});

test('D9: a stopped call writes nothing', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', 'x');
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(attempt('writemd', APPEND, { signal })).rejects.toThrow('stopped');
    expect(await text('paper.md')).toBe('x');
  });
});
