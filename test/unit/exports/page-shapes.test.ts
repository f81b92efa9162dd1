/** How large pictures, columns, code and equations stand on a page (O2, O4). */
import { describe, expect, test } from '@jest/globals';
import type { TableNode } from '../../../src/exports/paper/ast.ts';
import { pictureSize } from '../../../src/exports/paper/picture-size.ts';
import { columnShares, everyColumnShare, fitOf } from '../../../src/exports/paper/tables.ts';
import { withMatrices } from '../../../src/exports/program/equation-arrays.ts';
import { pageOf, withFittedTables, withTableTypes } from '../../../src/exports/program/fit-tables.ts';
import { breakableCode, preambleOf, wrappedCode } from '../../../src/exports/program/latex-preamble.ts';
import type { Parts } from '../../../src/exports/program/parts.ts';

test.each([
  ['a usual one', [], { width: 1600, height: 1000 }, [['width', '80%']]],
  ['a square one', [], { width: 1200, height: 1200 }, [['width', '62%']]],
  ['a tall one, so that it fits', [], { width: 600, height: 2400 }, [['width', '15.5%']]],
  ['a tiny one, so that its pixels are not seen', [], { width: 140, height: 70 }, [['width', '20%']]],
  ['one of unknown size', [], null, [['width', '80%']]],
  ['one that its writer sized', [['width', '50%']], { width: 1600, height: 1000 }, [['width', '50%']]],
  ['one sized higher than a page', [['width', '80%']], { width: 600, height: 2400 }, [['width', '31.3%']]],
  ['one in centimetres', [['width', '4cm']], { width: 600, height: 600 }, [['width', '4cm']]],
] as const)('O2: the width of %s', (_, written, pixels, expected) => {
  expect(
    pictureSize(
      written.map(([name, value]) => [name, value]),
      pixels,
    ),
  ).toEqual(expected);
});

function table(...rows: string[][]): TableNode {
  const [head = [], ...body] = rows.map((row) => row.map((c) => [{ t: 'Str' as const, c }]));
  return { t: 'Table', id: '', caption: [], alignments: head.map(() => 'AlignDefault'), head, rows: body };
}

test('O2: a table of few words is as wide as they are; one of sentences fills the page, and its words stay whole', () => {
  expect(columnShares(table(['a', 'b'], ['1', '2']))).toBeNull();
  const sentence = 'It is a long sentence of many words that goes over several lines of its column.';
  const wide = table(['Method', 'Remark', 'Other'], ['Hypercube', sentence, sentence]);
  const shares = columnShares(wide) ?? [];
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
  expect((shares[0] ?? 0) * 80).toBeGreaterThanOrEqual('Hypercube'.length);
  const [narrow = 0, broad = 0] = everyColumnShare(table(['Million', 'Maximum']));
  expect(broad).toBeGreaterThan(narrow);
  expect(everyColumnShare(table(['a', 'long head']))[1]).toBeGreaterThan(
    everyColumnShare(table(['a', 'b']))[1] ?? 1,
  );
});

test('O4: a line of code that is wider than the page goes on below, further to the right; the others stay', () => {
  const long = `    x = ${Array.from({ length: 30 }, (_, index) => `name${index}`).join(' + ')}`;
  const lines = wrappedCode(`def f():\n${long}\n    return x`).split('\n');
  expect(lines[0]).toBe('def f():');
  expect(lines.at(-1)).toBe('    return x');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(84);
  expect(lines.slice(1, -1).join(' ').replace(/\s+/g, ' ').trim()).toBe(long.trim());
  expect(lines[2]).toMatch(/^ {8}\S/);
  const noBlank = wrappedCode('中'.repeat(100)).split('\n');
  expect(noBlank.every((line) => [...line].length <= 50)).toBe(true);
});

test('O2: for TeX, a long word of code in a line may be broken behind its marks; what is short or has blanks stays whole', () => {
  const long = 'results/2026/a_name_of_a_file_that_is_long.csv';
  const made = breakableCode(null, long);
  const codes = made.filter(({ t }) => t === 'Code').map(({ c }) => (c as unknown[])[1]);
  expect(codes.join('')).toBe(long);
  expect(codes.slice(0, 3)).toEqual(['results/', '2026/', 'a_']);
  expect(made[1]).toEqual({ t: 'RawInline', c: ['latex', '\\allowbreak{}'] });
  for (const code of ['a_b.c', 'f(one, another, a third, and more)'])
    expect(breakableCode(null, code)).toHaveLength(1);
});

test('O4: an array of equations becomes a matrix whose columns meet at its marks; a mark within a pair is none', () => {
  const run = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const mark = '<m:r><m:rPr><m:sty m:val="p" /></m:rPr><m:t>&amp;</m:t></m:r>';
  const pair = `<m:d><m:e>${run('x')}${run('y')}</m:e></m:d>`;
  const made = withMatrices(
    `<m:oMath><m:eqArr><m:e>${run('a')}${mark}${pair}</m:e><m:e>${mark}${run('b')}</m:e></m:eqArr></m:oMath>`,
  );
  expect(made).not.toMatch(/eqArr|&amp;/);
  expect(made.match(/<m:mcJc m:val="(\w+)"/g)).toEqual(['<m:mcJc m:val="right"', '<m:mcJc m:val="left"']);
  expect(made).toContain(`<m:mr><m:e>${run('a')}</m:e><m:e>${pair}</m:e></m:mr>`);
  expect(made.match(/<m:mr>/g)).toHaveLength(2);
});

test('O4: a cell that begins with a relation has something on its left, which LibreOffice wants', () => {
  const run = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const mark = '<m:r><m:t>&amp;</m:t></m:r>';
  const made = withMatrices(`<m:eqArr><m:e>${run('a')}${mark}${run('=')}${run('b')}</m:e></m:eqArr>`);
  expect(made).toContain(
    `<m:e><m:r><m:rPr><m:nor/></m:rPr><m:t>\u200b</m:t></m:r>${run('=')}${run('b')}</m:e>`,
  );
  expect(made).toContain(`<m:e>${run('a')}</m:e>`);
});

test('O4: LaTeX has the packages of what it is told of tables, in a paper that has none, too; Chinese is set in formulas; a picture below a table knows of those above', () => {
  const parts = {
    job: { style: { front: 'above', checks: {} }, source: '' },
    paper: { language: 'en', facts: {} },
    body: [],
  } as unknown as Parts;
  const preamble = preambleOf(parts);
  const loaded = preamble.indexOf('\\usepackage{etoolbox,longtable}');
  expect(loaded).toBeGreaterThanOrEqual(0);
  for (const name of ['\\LTcapwidth', '\\patchcmd', '\\AtBeginEnvironment'])
    expect(preamble.indexOf(name)).toBeGreaterThan(loaded);
  const chinese = { ...parts, paper: { ...parts.paper, language: 'zh' } } as Parts;
  expect(preambleOf(chinese)).toContain('\\xeCJKsetup{CJKmath=true}');
  expect(preambleOf({ ...parts, job: { ...parts.job, source: '$概率$' } })).toContain('CJKmath=true');
  expect(preamble).not.toContain('CJKmath');
  expect(preamble).toMatch(/\\AfterEndEnvironment\{longtable\}\{[^\n]*\\@colroom\\roomattable/);
});

const columns = (count: number, cell: string) =>
  table(
    Array.from({ length: count }, (_, index) => `c${index}`),
    Array.from({ length: count }, () => cell),
  );

test('O2: a table whose words have no room side by side is set smaller, then on a page that lies across, and told of beyond that', () => {
  const free = { mayLieAcross: true };
  expect(fitOf(columns(6, '0.123456'), free)).toEqual({ percent: 100, isAcross: false, isTooWide: false });
  expect(fitOf(columns(9, '0.123456'), free)).toEqual({ percent: 85, isAcross: false, isTooWide: false });
  expect(fitOf(columns(12, '0.123456'), free)).toEqual({ percent: 65, isAcross: false, isTooWide: false });
  expect(fitOf(columns(14, '0.123456'), free)).toEqual({ percent: 85, isAcross: true, isTooWide: false });
  expect(fitOf(columns(12, '1\u00a0234\u00a0567'), free)).toMatchObject({ isAcross: true, percent: 90 });
  expect(fitOf(columns(14, '0.123456'), { mayLieAcross: false })).toMatchObject({
    percent: 55,
    isAcross: false,
  });
  expect(fitOf(columns(40, '0.123456'), free)).toEqual({ percent: 50, isAcross: true, isTooWide: true });
});

describe('O4: a Word document with tables that are wider than its page', () => {
  const page = { paper: 'a4', margin: '2.5cm' } as const;
  const mark = (what: string) => `<w:p><w:pPr><w:pStyle w:val="TableFit-${what}" /></w:pPr></w:p>`;
  const grid = '<w:tbl><w:gridCol w:w="7920" /><w:pStyle w:val="Compact" /></w:tbl>';
  const section = `<w:sectPr>${pageOf(page)}<w:titlePg/></w:sectPr>`;
  const text = '<w:p>Text.</w:p>';

  test('has them in smaller type, as wide as the text of the page', () => {
    const { xml, percents } = withFittedTables(`${text}${mark('80')}${grid}${mark('end')}${section}`, page);
    expect(percents).toEqual([80]);
    expect(xml).toBe(
      `${text}<w:tbl><w:gridCol w:w="9070" /><w:pStyle w:val="TableText80" /></w:tbl>${section}`,
    );
    const styles = withTableTypes(
      '<w:style w:styleId="Compact"><w:sz w:val="20" /></w:style></w:styles>',
      [80],
    );
    expect(styles).toContain('w:styleId="TableText80"');
    expect(styles).toContain('<w:sz w:val="16"/>');
  });

  test('has lists in the size of its text, and tables in theirs; an equation with its number is text', () => {
    const compact = '<w:p><w:pStyle w:val="Compact" /></w:p>';
    const equation = `<w:tbl><w:tblStyle w:val="Equation" />${compact}</w:tbl>`;
    const { xml } = withFittedTables(`${compact}${equation}<w:tbl>${compact}</w:tbl>${section}`, page);
    expect(xml.match(/w:val="(?:Compact|TableText100)"/g)).toEqual([
      'w:val="Compact"',
      'w:val="Compact"',
      'w:val="TableText100"',
    ]);
    const style = (id: string, size: number) =>
      `<w:style w:styleId="${id}"><w:sz w:val="${size}"/></w:style>`;
    const styles = withTableTypes(`${style('BodyText', 21)}${style('Compact', 20)}</w:styles>`, []);
    expect(styles).toContain(style('Compact', 21));
    expect(styles).toMatch(/w:styleId="TableText100"(?:(?!<\/w:style>).)*<w:sz w:val="20"\/>/);
  });

  test('or in sections of their own that lie across; two in a row share no empty page, and the first page alone has a first head', () => {
    const across = `${mark('100-across')}${grid}${mark('end')}`;
    const { xml, percents } = withFittedTables(`${text}${across}${across}${text}${section}`, page);
    expect(percents).toEqual([]);
    expect(xml.match(/w:w="16838" w:h="11906" w:orient="landscape"/g)).toHaveLength(2);
    expect(xml.match(/w:w="11906" w:h="16838"/g)).toHaveLength(2);
    expect(xml.match(/<w:titlePg\/>/g)).toHaveLength(1);
    expect(xml.indexOf('<w:titlePg/>')).toBeLessThan(xml.indexOf('<w:tbl>'));
    expect(xml.match(/<w:gridCol w:w="(\d+)"/g)).toEqual(Array(2).fill('<w:gridCol w:w="14002"'));
  });
});
