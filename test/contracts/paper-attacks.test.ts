/** What hostile papers do to whoever makes documents of them (O10): nothing outside the document, and an end in time. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findPaperTools, type PaperTools } from '../../src/exports/make-paper.ts';
import { paperToolsOptions } from '../../src/setup/paper-tools.ts';
import { filesOf, madeSample, makeSample, readPdf } from '../support/papers.ts';

const MAKING_MS = 400_000;
let tools: PaperTools;
let server: Server;
let connections = 0;
let address = '';

beforeAll(async () => {
  tools = await findPaperTools(await paperToolsOptions('/nonexistent', process.env));
  server = createServer((_, answer) => answer.end());
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const svg = (inside: string, attributes = 'width="200" height="100"', before = '') =>
  Buffer.from(
    `<?xml version="1.0"?>${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`,
  );

test(
  'O10: drawings with entity bombs, outer files, parts that name each other, or sizes of kilometres are left out or drawn bare; the paper is made',
  async () => {
    const entities = 'bcdefghij'
      .split('')
      .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`);
    const groups = Array.from(
      { length: 30 },
      (_, index) => `<g id="a${index + 1}">${`<use xlink:href="#a${index}"/>`.repeat(10)}</g>`,
    );
    const left = {
      'bomb.svg': svg('<text>&j;</text>', '', `<!DOCTYPE svg [<!ENTITY a "lol">${entities.join('')}]>`),
      'outer.svg': svg('<text>&x;</text>', '', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
      'deep.svg': svg('<g>'.repeat(100_000) + '</g>'.repeat(100_000)),
      'uses.svg': svg(`<rect id="a0" width="1" height="1"/>${groups.join('')}<use xlink:href="#a30"/>`),
      'huge.svg': svg('<rect width="9" height="9"/>', 'width="1e9" height="1e9"'),
    };
    const drawn = {
      'image.svg': svg(
        `<image xlink:href="${address}/a.png" width="9" height="9"/><image href="file:///etc/passwd" width="9" height="9"/><script>fetch("${address}")</script><style>@import url("${address}/a.css");</style>`,
      ),
      'blur.svg': svg(
        '<filter id="f"><feGaussianBlur stdDeviation="100000"/></filter><rect width="200" height="100" filter="url(#f)"/>',
      ),
    };
    const names = [...Object.keys(left), ...Object.keys(drawn)];
    const source = names.map((name) => `![A ${name}](${name})`).join('\n\n');
    const { problems, bytes } = await madeSample(tools, 'html', { source, files: { ...left, ...drawn } });
    expect(problems.map(({ code, line }) => [code, line])).toEqual(
      Object.keys(left).map((_, index) => ['figure_missing', index * 2 + 1]),
    );
    expect(bytes.toString()).not.toMatch(/root:x:0|<script|\bfetch\b/);
    expect(connections).toBe(0);
  },
  MAKING_MS,
);

/** Code of TeX and typst, and what Word would run. */
const INJECTIONS = [
  '\\input{/etc/passwd}',
  '\\immediate\\write18{id}',
  '\\openin5=/etc/passwd',
  '\\def\\x{\\csname input\\endcsname}',
  '#read("/etc/passwd")',
  '#import "@preview/x:1.0.0"',
  '#eval("1")',
  "=cmd|' /C calc'!A0",
  '{ DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" }',
];

test.each(['docx', 'latex', 'pdf'] as const)(
  'O10: code of TeX, typst and Word in headings, captions, cells, keywords, front matter and references stays text in %s',
  async (format) => {
    const text = INJECTIONS.join(' ');
    const yaml = JSON.stringify(text);
    const source = [
      `---\nlang: en\nteam: ${yaml}\nauthor: ${yaml}\ndate: ${yaml}\nkeywords: [${yaml}]\n---`,
      `# T ${text}`,
      `## Abstract\n\n${text}`,
      `## H ${text} {#sec:a}`,
      `![C ${text}](a.svg){#fig:a}`,
      `| ${INJECTIONS.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |\n|${' - |'.repeat(INJECTIONS.length)}\n| ${INJECTIONS.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |\n\nTable: ${text} {#tbl:a}`,
      `> ${text}\n\n- ${text}\n\nText[^1] [@a, ${text.replaceAll(/[[\]@]/g, '')}].\n\n[^1]: ${text}`,
      '## References',
    ].join('\n\n');
    const bib = `@article{a, title={A \\input{/etc/passwd} \\write18{id} #read("/etc/passwd")}, author={B \\csname input\\endcsname, C}, journal={\\href{javascript:alert(1)}{J}}, year=2000, url={javascript:alert(1)}, doi={10.1000/1"onclick=x}}`;
    const { bytes } = await madeSample(tools, format, {
      source,
      style: format === 'docx' ? 'mcm' : 'article',
      files: { 'a.svg': svg('<rect width="9" height="9"/>'), 'references.bib': Buffer.from(bib) },
    });
    if (format === 'pdf') {
      const { pages, links } = await readPdf(bytes);
      expect(pages.join(' ')).toContain('#eval(');
      expect(links.filter((link) => !/^https?:/.test(link))).toEqual([]);
      expect(bytes.toString('latin1')).not.toMatch(/\/(?:JavaScript|JS|Launch|EmbeddedFile)\b/);
      return;
    }
    const files = filesOf(bytes);
    expect([...files.values()].join('\n')).not.toMatch(/root:x:0|javascript:/);
    if (format === 'latex') {
      const body = (files.get('paper.tex') ?? '').split('\\begin{document}')[1] ?? '';
      expect(body).not.toMatch(/\\(?:input|include|immediate|write|openin|def|csname|catcode)\b/);
      expect(files.get('references.bib')).not.toMatch(/(?<!\\textbackslash\s?)\\(?:input|write|csname)\b/);
      return;
    }
    for (const [name, xml] of files) {
      // Fields are those of captions, contents and page numbers.
      for (const [, ofSimple, ofComplex] of xml.matchAll(/w:instr="([^"]*)"|<w:instrText[^>]*>([^<]*)</g))
        expect([name, (ofSimple ?? ofComplex ?? '').trim()]).toEqual([
          name,
          expect.stringMatching(/^(?:SEQ|PAGE|NUMPAGES|TOC)\b/),
        ]);
      for (const [, target = ''] of xml.matchAll(/TargetMode="External"[^>]*Target="([^"]*)"/g))
        expect(target).toMatch(/^https?:/);
    }
  },
  MAKING_MS,
);

test(
  'O10: formulas that grow without end, or are nested a thousand deep, are shown as their TeX in time, and told of',
  async () => {
    const tenfold = 'abcde'
      .split('')
      .map((name, index) => `\\def\\${name}{${`\\${'bcdef'[index]}`.repeat(10)}}`);
    const nested = (open: string, close: string, times: number) =>
      `${open.repeat(times)} x ${close.repeat(times)}`;
    const formulas = [
      '\\a',
      '\\z',
      nested('\\frac{1}{', '}', 2_000),
      nested('{', '}', 9_000),
      nested('x^{', '}', 2_000),
      'x'.repeat(30_000),
    ];
    const source = `$${tenfold.join('')}\\def\\f{xxxxxxxxxx}\\def\\z{\\z\\z}$\n\n${formulas.map((tex) => `$$${tex}$$`).join('\n\n')}`;
    const { problems } = await madeSample(tools, 'html', { source });
    const told = problems.filter(({ code }) => code === 'formula_as_text').map(({ line }) => line);
    expect(told).toEqual([3, 5, 7, 9, 11, 13]);
  },
  MAKING_MS,
);

test(
  'O10: ten thousand figures, a table too large for the memory, and lists too deep end in a document or a sentence',
  async () => {
    const figures = Array.from({ length: 10_000 }, (_, index) => `![F](i/${index}.png)`).join('\n\n');
    const asked: string[] = [];
    const { problems } = await madeSample(tools, 'html', { source: figures, asked });
    expect(asked.length).toBeLessThanOrEqual(301);
    expect(problems.length).toBeLessThanOrEqual(200);
    expect(problems.map(({ code }) => code)).toContain('figures_too_many');
    const row = (cell: string) => `${`| ${cell} `.repeat(10)}|\n`;
    const table = `${row('a')}${row('-')}${row('1').repeat(5_000)}`;
    expect(await makeSample(tools, 'pdf', { source: table })).toMatchObject({
      refused: expect.stringMatching(/^It took too (?:much memory|long)/),
    });
    for (const source of ['- '.repeat(100_000), '> '.repeat(100_000)])
      expect(await makeSample(tools, 'html', { source: `${source}x` })).toEqual(
        expect.objectContaining({ refused: expect.stringContaining('too deeply') }),
      );
  },
  MAKING_MS,
);
