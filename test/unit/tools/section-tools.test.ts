import { expect, test } from '@jest/globals';
import { withBench } from './context.ts';

const PAPER = '# Paper\n\n<!-- One sentence on the question. -->\n\n## Method\n\nold\n\n## Results\n\nr\n';

test("W14: what a template asks for in plain words is shown, so that it isn't taken for what is done", async () => {
  await withBench(async ({ workspace, attempt }) => {
    const asked = 'Describe the problem in your own words, and say what is given.';
    await workspace.write('own.md', `# Problem\n\n${asked}\n\n# Model\n\n${'word '.repeat(100)}\n`);
    const { result } = await attempt('analyze_template', { file: 'own.md' });
    expect(result).toContain(
      `# Problem  (level 1, line 1, ${asked.length} characters written)\n  holds: ${asked}\n`,
    );
    expect(result).toMatch(/holds: (?:word )+…$/);
  });
});

test('F6: the outline shows levels, what each section asks for, and what is written', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('paper.md', PAPER);
    const { ok, result } = await attempt('analyze_template', { file: 'paper.md' });
    expect(ok).toBe(true);
    expect(result).toBe(
      'paper.md: 3 sections\n\n' +
        '# Paper  (level 1, line 1, empty)\n  asks for: One sentence on the question.\n' +
        '## Method  (level 2, line 5, 3 characters written)\n  holds: old\n' +
        '## Results  (level 2, line 9, 1 characters written)\n  holds: r',
    );
    await workspace.write('plain.md', 'text');
    expect((await attempt('analyze_template', { file: 'plain.md' })).result).toContain('no headings');
  });
});

test('sections with one title are shown with the reference that tells them apart', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('paper.md', '# A\n\n## N\n\n# B\n\n## N\n');
    const { result } = await attempt('analyze_template', { file: 'paper.md' });
    expect(result).toContain('section: A > N');
    expect(result).toContain('section: B > N');
  });
});

test('F6: a section is read, replaced, extended and renamed, and a new one added', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', PAPER);
    const file = 'paper.md';
    expect((await attempt('get_section_content', { file, section: 'Method' })).result).toBe('old');
    const update = { file, section: 'Method', content: 'new', mode: 'replace' };
    expect(await attempt('update_section_content', update)).toMatchObject({
      ok: true,
      files: [{ path: file }],
    });
    await attempt('update_section_content', { ...update, content: 'more', mode: 'append' });
    await attempt('rename_section_title', { file, section: 'Results', new_title: 'Findings' });
    await attempt('add_section', { file, title: 'Data', level: 3, content: 'd', after: 'Method' });
    expect(await text(file)).toBe(
      '# Paper\n\n<!-- One sentence on the question. -->\n\n## Method\n\nnew\n\nmore\n\n### Data\n\nd\n\n## Findings\n\nr\n',
    );
  });
});

test('F6: a missing or ambiguous section is an error that names the candidates', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', PAPER);
    for (const [name, args] of [
      ['get_section_content', {}],
      ['update_section_content', { content: 'x', mode: 'replace' }],
      ['rename_section_title', { new_title: 'x' }],
    ] as const) {
      const { ok, result } = await attempt(name, { file: 'paper.md', section: 'Discussion', ...args });
      expect([ok, result.includes('- Paper > Results')]).toEqual([false, true]);
    }
    expect(await text('paper.md')).toBe(PAPER);
  });
});

test('a heading that the model repeats at the head of its text is not written twice', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', '# P\n\n## Method\n\nold\n');
    const content = '## Method\n\nnew\n\n### Method\n\nsub';
    await attempt('update_section_content', {
      file: 'paper.md',
      section: 'Method',
      content,
      mode: 'replace',
    });
    expect(await text('paper.md')).toBe('# P\n\n## Method\n\nnew\n\n### Method\n\nsub\n');
    await attempt('add_section', {
      file: 'paper.md',
      title: 'End',
      level: 2,
      content: '## End\n\nx',
      after: null,
    });
    expect((await text('paper.md')).endsWith('sub\n\n## End\n\nx\n')).toBe(true);
  });
});

test('text whose headings end the section is written, with a note', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('paper.md', PAPER);
    const args = { file: 'paper.md', section: 'Method', content: 'a\n\n## Extra\n\nb', mode: 'replace' };
    const { ok, result } = await attempt('update_section_content', args);
    expect(ok).toBe(true);
    expect(result).toContain('"Extra" in the text is of level 2 or higher');
  });
});

test('an open code fence that would swallow the rest of the paper is refused with the reason', async () => {
  await withBench(async ({ workspace, attempt, text }) => {
    await workspace.write('paper.md', PAPER);
    const args = { file: 'paper.md', section: 'Method', content: '```python\nprint(1)', mode: 'replace' };
    const { ok, result } = await attempt('update_section_content', args);
    expect(ok).toBe(false);
    expect(result).toContain('"Results" would no longer be one');
    expect(await text('paper.md')).toBe(PAPER);
  });
});

test('F6: writemd writes, appends and prepends, and makes files and folders', async () => {
  await withBench(async ({ attempt, text }) => {
    const write = (content: string, mode: string) =>
      attempt('writemd', { file: './notes/a.md', content, mode });
    expect(await write('# A\n', 'write')).toMatchObject({
      ok: true,
      files: [{ path: 'notes/a.md', change: 'added' }],
    });
    await write('end', 'append');
    await write('start', 'prepend');
    expect(await text('notes/a.md')).toBe('start\n\n# A\n\nend\n');
    expect(await write('only', 'write')).toMatchObject({ files: [{ change: 'changed' }] });
    expect(await text('notes/a.md')).toBe('only');
    const other = await attempt('writemd', { file: 'code/x.py', content: 'x', mode: 'write' });
    expect(other.ok).toBe(false);
  });
});

test('S7: paths that leave the workspace are a result, and nothing is written', async () => {
  await withBench(async ({ workspace, attempt }) => {
    for (const file of ['../x.md', '/tmp/x.md', 'a/../../x.md', 'a\0.md', '', `${'x'.repeat(300)}.md`]) {
      const { ok, result } = await attempt('writemd', { file, content: 'x', mode: 'write' });
      expect(ok).toBe(false);
      expect(result).not.toContain(workspace.root);
      expect(await attempt('read_file', { path: file })).toMatchObject({ ok: false });
    }
    expect((await workspace.snapshot()).size).toBe(0);
  });
});

test('files that are no UTF-8 are not edited, because bytes would be lost', async () => {
  await withBench(async ({ workspace, attempt }) => {
    await workspace.write('paper.md', Buffer.from([0x23, 0x20, 0xff, 0xfe]));
    for (const [name, args] of [
      ['writemd', { content: 'x', mode: 'append' }],
      ['add_section', { title: 'x', level: 1, content: '', after: null }],
      ['analyze_template', {}],
      ['get_section_content', { section: 'x' }],
    ] as const) {
      const { ok, result } = await attempt(name, { file: 'paper.md', ...args });
      expect([ok, result.includes('not UTF-8')]).toEqual([false, true]);
    }
  });
});

test('a file that is missing is a result that says how to go on', async () => {
  await withBench(async ({ attempt }) => {
    const args = { file: 'none.md', title: 'x', level: 1, content: '', after: null };
    expect((await attempt('add_section', args)).result).toContain('writemd');
    expect(await attempt('analyze_template', { file: 'none.md' })).toMatchObject({ ok: false });
  });
});
