/** Papers of all that a paper may hold, as contests take them (O2-O5, O7); where there is TeX, compiled by it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { unpack } from '../../src/documents/zip.ts';
import { findPaperTools, type PaperTools } from '../../src/exports/make-paper.ts';
import { paperToolsOptions } from '../../src/setup/paper-tools.ts';
import { filesOf, madeSample, readPdf } from '../support/papers.ts';

const MAKING_MS = 300_000;
let tools: PaperTools;

beforeAll(async () => {
  tools = await findPaperTools(await paperToolsOptions('/nonexistent', process.env));
});

test(
  'O7: a contest paper names nobody, in no part of the file, has its sheet, and its numbers at the top of its pages',
  async () => {
    const pdf = await madeSample(tools, 'pdf', { sample: 'hard-en', style: 'mcm' });
    expect(pdf.problems.map(({ code }) => code)).toEqual(['names_people']);
    expect(pdf.bytes.toString('latin1')).not.toContain('Ada Example');
    const { pages } = await readPdf(pdf.bytes);
    expect(pages[0]).toMatch(/Problem Chosen.*2412345.*Summary/);
    expect(pages[2]).toMatch(/Team # 2412345 Page 3 of \d+/);
    expect(pages.join(' ')).not.toContain('Ada Example');
    const docx = filesOf((await madeSample(tools, 'docx', { sample: 'hard-en', style: 'mcm' })).bytes);
    expect([...docx.values()].filter((text) => text.includes('Ada Example'))).toEqual([]);
    expect(docx.get('word/header-of-style.xml')).toContain('Team # 2412345');
    const document = docx.get('word/document.xml') ?? '';
    expect(document).toContain('w:w="12240" w:h="15840"');
    expect(document).not.toContain('<m:eqArr>');
    const text = /w:styleId="BodyText".*?<w:sz w:val="(\d+)"/s.exec(docx.get('word/styles.xml') ?? '')?.[1];
    expect(Number(text)).toBe(2 * 12);
    const abstractAt = document.indexOf('A city of');
    expect(document.indexOf('Keywords: ')).toBeGreaterThan(abstractAt);
    expect(document.indexOf('TOC ')).toBeGreaterThan(document.indexOf('Keywords: '));
  },
  MAKING_MS,
);

const XELATEX = ['/usr/bin/xelatex', '/Library/TeX/texbin/xelatex'].find((path) => {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

(XELATEX === undefined ? test.skip : test).each([
  ['hard-en', 'mcm'],
  ['hard-zh', 'cumcm'],
])(
  'O4: %s as %s compiles with XeLaTeX, without a missing character or a reference that leads nowhere',
  async (sample, style) => {
    const { bytes } = await madeSample(tools, 'latex', { sample, style });
    const folder = mkdtempSync(join(tmpdir(), 'pa-tex-'));
    try {
      for (const [name, content] of unpack(bytes, () => true, 100 * 1024 ** 2)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
      const run = (program: string, ...args: string[]) =>
        execFileSync(program, args, { cwd: folder, stdio: 'ignore', timeout: 120_000 });
      const compile = () =>
        run(XELATEX as string, '-interaction=nonstopmode', '-halt-on-error', '-no-shell-escape', 'paper.tex');
      compile();
      if (sample === 'hard-en') run(join(dirname(XELATEX as string), 'bibtex'), 'paper');
      compile();
      compile();
      const log = readFileSync(join(folder, 'paper.log'), 'utf8');
      expect(log.match(/Missing character.*|.*undefined.*/g)).toBeNull();
      expect(log).toMatch(/Output written on paper\.pdf/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  MAKING_MS,
);
