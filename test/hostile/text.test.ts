import { expect } from '@jest/globals';
import { hostileSuite } from '../support/hostile/suite.ts';
import { testWith } from '../support/needs.ts';

/** Text whose handling could cost more than its length: each is one anonymous guest's, by default settings. */
const suite = hostileSuite();
/** The honest person's turns run code. */
const test = testWith('bubblewrap');

/** An answer that came at once, whatever it says: the server was not busy with it. */
const PROMPT_MS = 3_000;

/** A whole test: honest turns before and beside, the attack, and what is given back. */
const ATTACK_MS = 180_000;

test(
  'SR-C1: titles times sections of a template take neither the memory nor the time of the api',
  async () => {
    await suite.attack(async () => {
      const content = `# ${'字'.repeat(98_000)}\n${'##\n'.repeat(33_000)}`;
      const body = { name: 'x', description: '', language: 'en', content, public: false };
      const made = await suite.stranger().request('POST', '/api/templates', body);
      expect(made.status).toBeLessThan(500);
      if (made.status !== 201) return;
      const { id } = JSON.parse(made.text) as { id: string };
      const outline = await suite.stranger().request('GET', `/api/templates/${id}/outline`);
      expect(outline.status).toBeLessThan(500);
      expect(outline.ms).toBeLessThan(PROMPT_MS);
      expect(outline.text.length).toBeLessThan(4 * 1024 ** 2);
    });
  },
  ATTACK_MS,
);

test(
  'SR-C1: a paper.md of titles times sections does not take its worker, and the turn ends',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const paper = `# ${'字'.repeat(250_000)}\n${'##\n'.repeat(85_000)}`;
      expect((await suite.stranger().put(workId, 'paper.md', paper)).status).toBeLessThan(300);
      const turn = await suite.stranger().turn(workId, [[{ name: 'tree', arguments: {} }]], 60_000);
      expect(turn.end.outcome).toBe('done');
    });
  },
  ATTACK_MS,
);

test(
  'SR-C3: names of 75,000 characters in an upload are refused at once',
  async () => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      const form = new FormData();
      for (let index = 0; index < 20; index += 1)
        form.append('files', new Blob(['x']), `${'n'.repeat(75_000 + index)}.txt`);
      const began = performance.now();
      const response = await fetch(`${suite.system().url}/api/works/${workId}/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${suite.stranger().token}` },
        body: form,
      });
      expect(response.status).toBeLessThan(500);
      await response.text();
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
    });
  },
  ATTACK_MS,
);

/** Calls of tools with arguments or files that were quadratic to somebody. */
const CALLS: { name: string; file?: { path: string; text: string }; call: string; args: object }[] = [
  {
    name: 'a path of 300,000 slashes',
    call: 'tree',
    args: { path: { repeat: '/', times: 300_000, end: 'x' } },
  },
  {
    name: 'a width of 255,000 blanks in an SVG',
    file: { path: 'images/wide.svg', text: `<svg width="1${' '.repeat(255_000)}x"></svg>` },
    call: 'read_file',
    args: { path: 'images/wide.svg' },
  },
  {
    name: 'a title of 500,000 combining marks',
    file: { path: 'paper.md', text: `# a${'\u0301\u0315'.repeat(250_000)}\n\ntext\n` },
    call: 'analyze_template',
    args: { file: 'paper.md' },
  },
  {
    name: '131,000 sections of one name',
    file: { path: 'paper.md', text: '# a\n'.repeat(131_000) },
    call: 'analyze_template',
    args: { file: 'paper.md' },
  },
  {
    name: 'a reference of 5,000 parents among 131,000 sections',
    file: { path: 'paper.md', text: '#\n'.repeat(131_000) },
    call: 'get_section_content',
    args: { file: 'paper.md', section: { repeat: '> ', times: 5_000 } },
  },
  {
    name: 'a title argument of 8 MiB',
    call: 'add_section',
    args: { file: 'paper.md', title: { repeat: 'e\u0301', times: 2 * 1024 ** 2 }, level: 2, content: 'x' },
  },
];

test.each(CALLS)(
  'SR-H1: $name keeps nobody waiting',
  async ({ file, call, args }) => {
    await suite.attack(async () => {
      const workId = await suite.newWork();
      if (file) expect((await suite.stranger().put(workId, file.path, file.text)).status).toBeLessThan(300);
      const orders = [[{ name: call, arguments: { ...args } }]];
      const turn = await suite.stranger().turn(workId, orders, 60_000);
      expect(['done', 'failed']).toContain(turn.end.outcome);
    });
  },
  ATTACK_MS,
);
