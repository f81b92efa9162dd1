/** Documents of papers, made by the program that makes them: in each format, of each sample, of hostile ones (O1-O5, O10). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { examineExports } from '../../src/cli/export-doctor.ts';
import { findPaperTools, type PaperTools } from '../../src/exports/make-paper.ts';
import { PANDOC_PACKAGE, TYPST_PACKAGE } from '../../src/exports/missing-formats.ts';
import { PAPER_FORMATS } from '../../src/exports/paper/format.ts';
import { paperToolsOptions } from '../../src/setup/paper-tools.ts';
import { withoutPackages } from '../support/hidden-packages.ts';
import { filesOf, formulaCorpus, madeSample, makeSample, readPdf } from '../support/papers.ts';

const MAKING_MS = 300_000;

let tools: PaperTools;
let withoutFonts: PaperTools;

beforeAll(async () => {
  tools = await findPaperTools(await paperToolsOptions('/nonexistent', process.env));
  withoutFonts = { ...tools, chinese: async () => null };
});

/** On a machine without any such font there is no such PDF, which another test shows. */
async function hasChinese(): Promise<boolean> {
  return (await tools.chinese()) !== null;
}

describe('O2, O4: an English paper', () => {
  test(
    'as PDF has its parts, numbered captions and references that say the same numbers, twice the same bytes',
    async () => {
      const made = await madeSample(tools, 'pdf', { sample: 'en' });
      expect(made.problems).toEqual([]);
      const { pages, links } = await readPdf(made.bytes);
      const text = pages.join(' ');
      expect(pages).toHaveLength(made.pages ?? 0);
      for (const part of [
        'Estimating π by the Monte Carlo method',
        'Abstract',
        'Keywords: Monte Carlo method; π; convergence; confidence interval',
        '1 Introduction',
        '1.1 Assumptions',
        'Table 1. Estimates for growing',
        'Figure 1. Convergence of the estimate',
        'By Equation (1) the half-width',
        'Costs like $5 and $6 stay text; so does a_b_c, 50 % and #hash @home.',
        'N. Metropolis and S. Ulam',
        'References',
      ])
        expect(text).toContain(part);
      expect(links.every((link) => link.startsWith('https://doi.org/'))).toBe(true);
      expect((await madeSample(tools, 'pdf', { sample: 'en' })).bytes.equals(made.bytes)).toBe(true);
    },
    MAKING_MS,
  );

  test(
    'as DOCX has formulas of Word, headings, captions that Word counts, and its references',
    async () => {
      const { bytes, problems } = await madeSample(tools, 'docx', { sample: 'en' });
      expect(problems).toEqual([]);
      const document = filesOf(bytes).get('word/document.xml') ?? '';
      expect(document.match(/<m:oMath>/g)?.length).toBeGreaterThanOrEqual(10);
      for (const part of [
        'w:pStyle w:val="Heading1"',
        'w:pStyle w:val="Title"',
        'w:pStyle w:val="ImageCaption"',
        'w:pStyle w:val="TableCaption"',
        'SEQ Figure',
        'SEQ Table',
        'w:anchor="fig:convergence"',
        'Metropolis',
      ])
        expect(document).toContain(part);
      expect(document.match(/<w:drawing>/g)).toHaveLength(2);
    },
    MAKING_MS,
  );

  test(
    'as LaTeX is a zip with labels that are referred to, its references and its figures',
    async () => {
      const { bytes, problems } = await madeSample(tools, 'latex', { sample: 'en' });
      expect(problems).toEqual([]);
      const files = filesOf(bytes);
      expect([...files.keys()].sort()).toEqual([
        'figures/pi-convergence.png',
        'figures/pi-points.png',
        'paper.tex',
        'references.bib',
      ]);
      const tex = files.get('paper.tex') ?? '';
      for (const part of [
        '\\label{eq:estimator}',
        'Equation~\\eqref{eq:estimator}',
        '\\label{fig:convergence}',
        'Figure~\\ref{fig:convergence}',
        '\\citep{metropolis1949}',
        '\\bibliography{references}',
        '\\(\\pi\\)',
      ])
        expect(tex).toContain(part);
      expect(files.get('references.bib')).toContain('@article{metropolis1949');
    },
    MAKING_MS,
  );

  test(
    'as HTML is one file with MathML that fetches nothing and runs nothing',
    async () => {
      const { bytes, problems } = await madeSample(tools, 'html', { sample: 'en' });
      expect(problems).toEqual([]);
      const html = bytes.toString();
      expect(html).toContain('<math');
      expect(html).toContain("default-src 'none'");
      expect(html).toMatch(/Figure\u00a01\./);
      expect(html).toMatch(/href="#eq:estimator"[^>]*>Equation\u00a0\(1\)/);
      expect(html.match(/<img[^>]*src="data:image\/png;base64,/g)).toHaveLength(2);
      expect(html).not.toMatch(/<script|<link|src="(?!data:)|@import|url\(/);
    },
    MAKING_MS,
  );
});

describe('O5: a Chinese paper', () => {
  test(
    'as PDF has captions and references in Chinese, and English references with et al.',
    async () => {
      if (!(await hasChinese())) return;
      const { bytes, problems } = await madeSample(tools, 'pdf', { sample: 'zh' });
      expect(problems).toEqual([]);
      const text = (await readPdf(bytes)).pages
        .join(' ')
        .replace(/(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g, '');
      for (const part of [
        '用蒙特卡洛方法估计',
        '关键词',
        '一、问题重述',
        '图 1',
        '表 1',
        '式 (1)',
        '姜启源',
        'et al',
      ])
        expect(text).toContain(part);
      expect(text).not.toContain('等.');
    },
    MAKING_MS,
  );

  test('is refused as PDF where there is no font for it, with what to install; the other formats are made', async () => {
    const refused = await makeSample(withoutFonts, 'pdf', { sample: 'zh' });
    expect(refused).toMatchObject({ refused: expect.stringContaining('fonts-noto-cjk') });
    const { bytes, problems } = await madeSample(withoutFonts, 'docx', { sample: 'zh' });
    expect(problems).toEqual([]);
    expect(filesOf(bytes).get('word/document.xml')).toContain('表');
  }, 300_000);
});

test(
  'O2, O5: an early figure stands below the title, a table of many columns on a page that lies across, and what no font has is named',
  async () => {
    const early = `# A title above all\n\n## Abstract\n\nShort.\n\n## Text\n\n![An early figure](a.svg)\n\nA word in \u{10fffd}.\n`;
    const cells = (cell: string) => `|${` ${cell} |`.repeat(16)}`;
    const source = `${early}\n${cells('c')}\n${cells('-')}\n${cells('0.123456')}\n\nTable: Wide {#tbl:w}\n`;
    const files = {
      'a.svg': Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="5"><rect width="9" height="5"/></svg>',
      ),
    };
    const { bytes, problems, pages } = await madeSample(tools, 'pdf', { source, files });
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'characters_missing',
        line: 11,
        message: expect.stringContaining('U+10FFFD'),
      }),
    ]);
    expect(pages).toBe(2);
    const text = (await readPdf(bytes)).pages;
    expect(text[0]?.indexOf('An early figure')).toBeGreaterThan(text[0]?.indexOf('A title above all') ?? 0);
    expect(text[0]).toContain('A word in');
    expect(text[1]).toContain('Table 1. Wide');
    const latex = filesOf((await madeSample(tools, 'latex', { source, files })).bytes).get('paper.tex');
    expect(latex).toMatch(/\\usepackage\{pdflscape\}[\s\S]*\\begin\{landscape\}[\s\S]*\\end\{landscape\}/);
    const word = filesOf((await madeSample(tools, 'docx', { source, files })).bytes);
    expect(word.get('word/document.xml')?.match(/w:orient="landscape"/g)).toHaveLength(1);
    expect((await madeSample(tools, 'html', { source, files })).bytes.toString()).toContain(
      'class="table across"',
    );
  },
  MAKING_MS,
);

test('O5: a font whose file is damaged is none: the PDF is refused in a sentence that names it, not made with holes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pa-font-'));
  try {
    const file = join(folder, 'NotoSerifSC-Regular.otf');
    writeFileSync(file, 'no font');
    const damaged = { serif: 'Damaged Serif SC', sans: 'Damaged Serif SC', files: [file] };
    const withDamaged = { ...tools, chinese: async () => damaged };
    const source = '# 一篇\n\n文字。';
    expect(await makeSample(withDamaged, 'pdf', { source })).toMatchObject({
      refused: expect.stringMatching(/Damaged Serif SC.*fonts-noto-cjk/),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);

/** Those of the corpus that no format can set, or that must not be. */
const AS_TEXT = ['\\includegraphics', '\\input', '\\unicode', '\\middle|', '\\begin{rcases}'];

test(
  'O3: of the corpus of formulas only those that mean nothing to a document are shown as their TeX, and each is told of with its line',
  async () => {
    const source = `---\nlang: en\n---\n${formulaCorpus()
      .map((tex) => `$$${tex}$$`)
      .join('\n\n')}\n`;
    const options = { source: source.replaceAll(/其他|概率/g, 'other') };
    const { problems } = await madeSample(tools, 'pdf', options);
    expect(problems.map(({ code }) => code)).toEqual(AS_TEXT.map(() => 'formula_as_text'));
    const lines = options.source.split('\n');
    for (const { message, line } of problems) {
      expect(AS_TEXT.filter((tex) => message.includes(tex))).toHaveLength(1);
      expect(message.slice(-20)).toContain((lines[(line ?? 0) - 1] ?? '').replaceAll('$', '').slice(-10));
    }
  },
  MAKING_MS,
);

test.each(PAPER_FORMATS)(
  'O10: hostile text becomes no code, no link and no outer picture in %s, and says what was left out',
  async (format) => {
    const asked: string[] = [];
    const { bytes, problems } = await madeSample(tools, format, { sample: 'evil', asked });
    // Names in the workspace alone, which the workspace itself bounds.
    expect(asked.filter((path) => /^\/|\.\.|:/.test(path))).toEqual([]);
    const codes = problems.map(({ code }) => code);
    for (const code of ['figure_missing', 'reference_unresolved', 'citation_unresolved', 'formula_as_text'])
      expect(codes).toContain(code);
    if (format === 'pdf') {
      const { pages, links } = await readPdf(bytes);
      expect(pages.join(' ')).toContain('#read("secret.txt")');
      expect(links.filter((link) => !link.startsWith('https://'))).toEqual([]);
      return;
    }
    const text = format === 'html' ? bytes.toString() : [...filesOf(bytes).values()].join('\n');
    expect(text).not.toMatch(/<script|<iframe|<[^>]+\son[a-z]+=|root:x:0/i);
    expect(text).not.toMatch(/(?:href|Target|src)\s*=\s*["'](?!https?:|mailto:|#|data:image|[\w./-]+["'])/i);
    if (format === 'latex') {
      const body = (filesOf(bytes).get('paper.tex') ?? '').split('\\begin{document}')[1] ?? '';
      // In a listing it is text; anywhere else the backslash is written as a character.
      expect(body.replace(/\\begin\{verbatim\}[\s\S]*?\\end\{verbatim\}/g, '')).not.toMatch(
        /\\(?:input|include|immediate|write|catcode|csname|openin)\b|\^\^/,
      );
    }
  },
  MAKING_MS,
);

test(
  'O10: a picture that is damaged, too large for its bytes or none at all is left out and told of',
  async () => {
    const head = (width: number, height: number) => {
      const bytes = Buffer.alloc(33);
      bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
      bytes.writeUInt32BE(13, 8);
      bytes.write('IHDR', 12, 'latin1');
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      bytes.set([8, 6, 0, 0, 0], 24);
      return bytes;
    };
    const files = {
      'a.png': Buffer.from('no picture'),
      'b.png': head(30_000, 30_000),
      'c.png': head(10, 10),
    };
    const source =
      '![A](a.png)\n\n![B](b.png)\n\n![C](c.png)\n\n![D](../d.png)\n\n![E](https://a.org/e.png)\n';
    const { problems } = await madeSample(tools, 'pdf', { source, files });
    expect(problems.map(({ code, line }) => [code, line])).toEqual(
      [1, 3, 5, 7, 9].map((line) => ['figure_missing', line]),
    );
  },
  MAKING_MS,
);

test(
  'O1: a stop ends the program, and nothing of it stays',
  async () => {
    const stop = new AbortController();
    const making = makeSample(tools, 'pdf', {
      sample: 'en',
      signal: stop.signal,
      onStep: () => stop.abort(new Error('stopped')),
    });
    await expect(making).rejects.toThrow('stopped');
  },
  MAKING_MS,
);

describe('O11: on a machine without pandoc', () => {
  test.each(['hard-en', 'hard-zh'])(
    'the HTML of %s is made all the same, by ourselves: formulas as MathML, numbers, captions, references; and it says so',
    async (sample) => {
      const without = withoutPackages(tools, PANDOC_PACKAGE);
      const { bytes, problems } = await madeSample(without, 'html', { sample });
      expect(problems.map(({ code }) => code)).toEqual(['made_without_pandoc']);
      const html = bytes.toString();
      const usual = (await madeSample(tools, 'html', { sample })).bytes.toString();
      for (const part of [/<math/g, /<img /g, /<figcaption/g, /<caption/g, /<h[2-5]/g, /<tr/g, /<li/g])
        expect([part, html.match(part)?.length]).toEqual([part, usual.match(part)?.length]);
      for (const id of usual.matchAll(/id="((?:fig|tbl|eq|sec):[^"]+)"/g))
        expect(html).toContain(`id="${id[1]}"`);
      expect(html).toMatch(/\[1\]/);
      expect(html).not.toMatch(/<script|<link|src="(?!data:)|@import|url\(/);
    },
    MAKING_MS,
  );

  test(
    'hostile text becomes no code and no outer picture in that HTML either',
    async () => {
      const { bytes } = await madeSample(withoutPackages(tools, PANDOC_PACKAGE), 'html', { sample: 'evil' });
      const html = bytes.toString();
      expect(html).not.toMatch(/<script|<iframe|<[^>]+\son[a-z]+=|root:x:0/i);
      expect(html).not.toMatch(/(?:href|src)="(?!https?:|mailto:|#|data:image)/i);
    },
    MAKING_MS,
  );

  test('Word, LaTeX and PDF are refused in one sentence that says what can be had', async () => {
    for (const format of ['docx', 'latex', 'pdf'] as const)
      expect(
        await makeSample(withoutPackages(tools, PANDOC_PACKAGE), format, { source: 'Text.' }),
      ).toMatchObject({ refused: expect.stringMatching(/pandoc-wasm.*HTML/) });
  }, 300_000);
});

describe('O11: on a machine without typst', () => {
  test('PDF is refused in one sentence that says what can be had, and the doctor says so, too', async () => {
    const without = withoutPackages(tools, TYPST_PACKAGE);
    expect(await makeSample(without, 'pdf', { source: 'Text.' })).toMatchObject({
      refused: expect.stringMatching(/typst.*Word, LaTeX, and HTML/),
    });
    const said: string[] = [];
    expect(await examineExports('/nonexistent', without, (line) => said.push(line))).toBe(false);
    expect(said.find((line) => line.startsWith('pdf: '))).toContain(TYPST_PACKAGE);
    for (const format of ['docx', 'latex', 'html'])
      expect(said.find((line) => line.startsWith(`${format}: `))).toMatch(/bytes in/);
  }, 300_000);
});

test('O11: a paper that cannot be read says so in one sentence', async () => {
  expect(await makeSample(tools, 'html', { source: `${'> '.repeat(40)}deep` })).toMatchObject({
    refused: expect.stringContaining('too deeply'),
  });
}, 300_000);
