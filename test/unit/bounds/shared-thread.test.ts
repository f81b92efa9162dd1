/**
 * SR-H1: what each file tool takes of the thread that all people of a worker share, at the largest input that it is given
 * to, of the costliest kind that is known. Counted in processor time of this thread, which other programs do not change.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { MOST_MARKDOWN_CHARACTERS } from '../../../src/domain/markdown/unreadable.ts';
import { type Bench, withBench } from '../tools/context.ts';

const MIB = 1024 ** 2;
/**
 * Most tools take some milliseconds; looking through a large file is many small pieces, and others run in between. What
 * grows faster than its input takes many seconds; a core that is shared with others makes twice the time of what is fine.
 */
const MOST_MS = 1_000;

const MARKDOWN: [kind: string, text: string][] = [
  ['paragraphs of one letter', `# a\n${filled('a\n\n', 10)}`],
  ['lines that go on thirty quotes', '> '.repeat(30) + filled('a\n', 60)],
  ['lists in lists', `# a\n${filled(`${'- '.repeat(14)}a\n`, 10)}`],
  ['rows of a table with formulas', `# a\n|a|b|\n|-|-|\n${filled('|$a|b$|\n', 60)}`],
  ['titles of marks', filled(`# a${'\u0301\u0315'.repeat(498)}\n`, 0)],
  ['titles of open brackets', filled(`# ${'^['.repeat(90)}${']'.repeat(19)}\n`, 0)],
  ['as many headings as are read', '# a\n'.repeat(10_000)],
];

/** So much of `unit` as is read as Markdown, but for `less` characters. */
function filled(unit: string, less: number): string {
  return unit.repeat(Math.floor((MOST_MARKDOWN_CHARACTERS - less) / unit.length));
}

/** Milliseconds of this thread's processor time that `work` takes. */
async function takes(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

async function calling(bench: Bench, tool: string, args: Record<string, unknown>, agent = 'main') {
  return await takes(() => bench.attempt(tool, args as never, { agent }));
}

// What is loaded when it is first needed is nobody's input.
beforeAll(async () => {
  await withBench(async (bench) => {
    await bench.workspace.write('warm.md', MARKDOWN[6]?.[1] ?? '');
    await bench.attempt('analyze_template', { file: 'warm.md' });
    await bench.workspace.write('warm.csv', Buffer.from([0xe9, 0x2c, 0x31, 0x0a]));
    await bench.attempt('read_file', { path: 'warm.csv', offset: null, limit: null });
  });
});

describe('a paper as long as is read', () => {
  const TOOLS: [tool: string, args: (text: string) => Record<string, unknown>][] = [
    ['get_section_content', () => ({ section: 'b' })],
    ['update_section_content', (text) => ({ section: 'a', content: text.slice(0, 250_000), mode: 'append' })],
    ['add_section', (text) => ({ title: 'b', level: 2, content: text.slice(0, 250_000), after: null })],
    ['rename_section_title', () => ({ section: 'a', new_title: 'b' })],
    ['writemd', (content) => ({ content, mode: 'append' })],
  ];
  const [[kind, text] = ['', '']] = MARKDOWN;
  const CALLS = [
    ...MARKDOWN.map((paper) => ({ kind: paper[0], text: paper[1], tool: 'analyze_template', args: {} })),
    ...TOOLS.map(([tool, args]) => ({ kind, text, tool, args: args(text) })),
  ];

  test.each(CALLS)(
    'of $kind takes little of the shared thread with $tool',
    async ({ text, tool, args }) => {
      await withBench(async (bench) => {
        await bench.workspace.write('paper.md', text);
        expect(await calling(bench, tool, { file: 'paper.md', ...args })).toBeLessThan(MOST_MS);
      });
    },
    60_000,
  );
});

describe('a file of 8 MiB', () => {
  const whole = { path: 'f.md', offset: null, limit: null };
  const LARGE = [
    {
      kind: 'front matter',
      tool: 'writemd',
      args: { file: 'f.md', content: 'b', mode: 'prepend' },
      unit: 'a: b\n',
      agent: 'main',
    },
    {
      kind: 'line ends',
      tool: 'writemd',
      args: { file: 'f.md', content: 'b', mode: 'append' },
      unit: '\r\n',
      agent: 'main',
    },
    {
      kind: 'any text',
      tool: 'write_file',
      args: { path: 'f.md', content: 'é'.repeat(4 * MIB) },
      unit: 'a',
      agent: 'code',
    },
    { kind: 'lines that end with CR', tool: 'read_file', args: whole, unit: 'a\r', agent: 'main' },
    { kind: 'lines that end with LF', tool: 'read_file', args: whole, unit: 'a\n', agent: 'main' },
  ];

  test.each(LARGE)(
    'of $kind takes little of the shared thread with $tool',
    async ({ tool, args, unit, agent }) => {
      await withBench(async (bench) => {
        await bench.workspace.write('f.md', Buffer.alloc(8 * MIB, unit));
        expect(await calling(bench, tool, args, agent)).toBeLessThan(2 * MOST_MS);
      });
    },
    60_000,
  );
});
