/** A paper's Markdown as what exports are made of: written, and what is read of it (W13, O2, O7). */
import { expect, test } from '@jest/globals';
import { type Block, type Inline, plainOf } from '../../../src/exports/paper/ast.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';

/** A node in short: `Kind id#number(what it holds)`. */
function short(node: Block | Inline): string {
  switch (node.t) {
    case 'Str':
      return node.c;
    case 'Space':
      return ' ';
    case 'SoftBreak':
      return '\n';
    case 'LineBreak':
      return '\\n';
    case 'Math':
      return node.c[0].t === 'InlineMath' ? `$${node.c[1]}$` : `$$${node.c[1]}$$`;
    case 'Reference':
      return `<${node.id}>`;
    case 'Cite':
      return `cite(${node.c[0].map(({ citationId, citationPrefix, citationSuffix, citationMode }) => `${plainOf(citationPrefix)}|${citationMode.t === 'SuppressAuthor' ? '-' : ''}${citationId}|${plainOf(citationSuffix)}`).join(';')})`;
    case 'Figure':
      return `Figure ${node.id}#${node.number ?? ''}(${shorts(node.caption)}; ${node.image.c[2][1]}; ${node.image.c[0][2].join(' ')})`;
    case 'Table':
      return `Table ${node.id}#${node.number ?? ''}(${shorts(node.caption)}; ${[node.head, ...node.rows].map((row) => row.map(shorts).join('|')).join('/')})`;
    case 'Equation':
      return `Equation ${node.id}#${node.number ?? ''}(${node.math.c[1]})`;
    case 'Header':
      return `H${node.c[0]} ${node.c[1][0]}${node.c[1][1].map((name) => `.${name}`).join('')}(${shorts(node.c[2])})`;
    case 'BulletList':
      return `Bullets(${node.c.map(shorts).join(';')})`;
    case 'OrderedList':
      return `Numbers(${node.c[1].map(shorts).join(';')})`;
    case 'Code':
    case 'CodeBlock':
      return `${node.t} ${node.c[0][1]}(${node.c[1]})`;
    case 'Link':
    case 'Image':
      return `${node.t}(${shorts(node.c[1])}; ${node.c[2][node.t === 'Link' ? 0 : 1]})`;
    case 'HorizontalRule':
      return 'Rule';
    case 'RawInline':
    case 'RawBlock':
      return `RAW ${node.c[1]}`;
    case 'Span':
    case 'Div':
      return `${node.t}(${shorts(node.c[1])})`;
    default:
      return `${node.t}(${shorts(node.c)})`;
  }
}

function shorts(nodes: readonly (Block | Inline)[]): string {
  return nodes.map(short).join('');
}

const bodyOf = (markdown: string): string[] => readPaper(markdown).body.map(short);

test('O2: a formula with a label or a tag within a paragraph is numbered, with the text before and behind it', () => {
  expect(bodyOf('We have\n$$\na=b\n$$ {#eq:a}\nand so on.')).toEqual([
    'Para(We have)',
    expect.stringMatching(/^Equation eq:a#1\(\s*a=b\s*\)$/),
    'Para(and so on.)',
  ]);
  expect(bodyOf('With $$a=b \\tag{A1}$$ it holds')).toEqual([
    'Para(With)',
    'Equation #A1(a=b \\tag{A1})',
    'Para(it holds)',
  ]);
  expect(bodyOf('With $$a=b$$ it holds')).toHaveLength(1);
});

test.each([
  ['a picture alone is a figure', '![A plot](images/a.png)', ['Figure #1(A plot; images/a.png; )']],
  [
    'its label and width stand behind it',
    '![A *plot*](images/a.png){#fig:a width=80%}',
    ['Figure fig:a#1(Emph(plot); images/a.png; width,80%)'.replace('Emph', 'A Emph')],
  ],
  [
    'sizes are lengths alone',
    '![A](a.png){#fig:a width=expression(1) onclick=x}',
    ['Figure fig:a#1(A; a.png; )'],
  ],
  [
    'a number that the writer gave is not said twice',
    '![Figure 3: A plot](a.png)',
    ['Figure #1(A plot; a.png; )'],
  ],
  ['the same in Chinese', '![图 2：收敛过程](a.png)', ['Figure #1(收敛过程; a.png; )']],
  ['without words it has no number', '![](a.png)', ['Figure #(; a.png; )']],
  [
    'two below each other are two',
    '![A](a.png)\n![B](b.png){#fig:b}',
    ['Figure #1(A; a.png; )', 'Figure fig:b#2(B; b.png; )'],
  ],
  ['between words it is in the text', 'See ![A](a.png) here', ['Para(See Image(A; a.png) here)']],
  [
    'a name with blanks and a path as the sandbox has it',
    '![A](</workspace/images/my plot.png>)',
    ['Figure #1(A; images/my plot.png; )'],
  ],
  ['what leads out is at no path', '![A](../../etc/passwd)', ['Figure #1(A; ; )']],
  [
    'HTML with a picture',
    '<p align="center"><img src="a.png" alt="A" width="60%"></p>',
    ['Figure #1(A; a.png; width,60%)'],
  ],
])('O2: figures: %s', (_, markdown, expected) => {
  expect(bodyOf(markdown)).toEqual(expected);
});

const TABLE = '| a | b |\n| --- | --: |\n| 1 | $|x|$ |';
test.each([
  ['without a caption', TABLE, ['Table #(; a|b/1|$|x|$)']],
  [
    'its caption behind it',
    `${TABLE}\n\nTable: Some results. {#tbl:a}`,
    ['Table tbl:a#1(Some results.; a|b/1|$|x|$)'],
  ],
  ['its caption before it', `表：结果 {#tbl:a}\n\n${TABLE}`, ['Table tbl:a#1(结果; a|b/1|$|x|$)']],
  [
    'as models write it',
    `**Table 2.** Some *results*\n\n${TABLE}`,
    ['Table #1(Some Emph(results); a|b/1|$|x|$)'],
  ],
  [
    'a sentence that begins so is none',
    `Table tennis is fun.\n\n${TABLE}`,
    ['Para(Table tennis is fun.)', 'Table #(; a|b/1|$|x|$)'],
  ],
  [
    '`tab:` is `tbl:`',
    `${TABLE}\n\nTable: R {#tab:a}\n\n@tab:a`,
    ['Table tbl:a#1(R; a|b/1|$|x|$)', 'Para(<tbl:a>)'],
  ],
])('O2: tables: %s', (_, markdown, expected) => {
  expect(bodyOf(markdown)).toEqual(expected);
});

test.each([
  ['without a label it has no number', '$$a=b$$', ['Equation #(a=b)']],
  ['a label behind it', '$$a=b$$ {#eq:a}', ['Equation eq:a#1(a=b)']],
  ['over several lines', '$$\na=b\n$$ {#eq:a}', ['Equation eq:a#1(a=b)']],
  ['a label below it', '$$\na=b\n$$\n\n{#eq:a}', ['Equation eq:a#1(a=b)']],
  ['in brackets', '\\[a=b\\] {#eq:a}', ['Equation eq:a#1(a=b)']],
  ['with the end of a sentence', '$$a=b$$, {#eq:a}', ['Equation eq:a#1(a=b,)']],
  ['a tag is its number', '$$a=b \\tag{7}$$', ['Equation #7(a=b \\tag{7})']],
  ['one of LaTeX alone', '\\begin{align}a&=b\\end{align}', ['Equation #(\\begin{align}a&=b\\end{align})']],
  ['within a sentence it is part of it', 'so $$a=b$$ holds', ['Para(so $$a=b$$ holds)']],
])('O2: equations: %s', (_, markdown, expected) => {
  expect(bodyOf(markdown)).toEqual(expected);
});

test.each([
  ['@fig:a and @eq:b.', 'Para(<fig:a> and <eq:b>.)'],
  ['由@eq:estimator可知，见@fig:a。', 'Para(由<eq:estimator>可知，见<fig:a>。)'],
  ['(@fig:my_plot) and @fig:my_other', 'Para((<fig:my_plot>) and <fig:my_other>)'],
  ['write\\@fig:a or `@fig:a` or me@fig:a', 'Para(write@fig:a or Code (@fig:a) or me@fig:a)'],
  ['as [@smith2020] says', 'Para(as cite(|smith2020|) says)'],
  ['[see @smith2020, p. 3; -@doe_a:1]', 'Para(cite(see|smith2020|, p. 3;|-doe_a:1|))'],
  ['over [@a;\n@b] lines', 'Para(over cite(|a|;|b|) lines)'],
  ['[@{10.1/a(b)}]', 'Para(cite(|10.1/a(b)|))'],
  [
    '[me@home.org] and \\[@a] and [@a](https://a.org)',
    'Para([me@home.org] and [@a] and Link(@a; https://a.org))',
  ],
  ['in [1, 2] and [x]', 'Para(in [1, 2] and [x])'],
  ['#hash and @home cost $5 and $6', 'Para(#hash and @home cost $5 and $6)'],
  ['一行\n二行 and\nthree', 'Para(一行二行 and\nthree)'],
  ['H<sub>2</sub>O<br>10<sup>3</sup> <u>under</u>', 'Para(HSubscript(2)O\\n10Superscript(3) under)'],
  ['a[^1]\n\n[^1]: A *note*.', 'Para(aNote(Para(A Emph(note).)))'],
  ['a  \nb &amp; c', 'Para(a\\nb & c)'],
])('O2: in a text: %s', (markdown, expected) => {
  expect(bodyOf(markdown)).toEqual([expected]);
});

test('O2: a title, an abstract and keywords are told apart from the text, whose sections then begin at the first level', () => {
  const paper = readPaper(
    '# On $\\pi$\n\n## Abstract\n\nWe count.\n\n**Keywords:** chance; π\n\n---\n\n## Introduction {#sec:i}\n\n### Aim\n\n## References\n\n## Appendix A\n',
  );
  expect(shorts(paper.title)).toBe('On $\\pi$');
  expect(paper.abstract.map(short)).toEqual(['Para(We count.)']);
  expect(paper.keywords.map(shorts)).toEqual(['chance', 'π']);
  expect(paper.body.map(short)).toEqual([
    'H1 sec:i(Introduction)',
    'H2 (Aim)',
    'H1 .unnumbered.references(References)',
    'H1 .unnumbered.appendix(Appendix A)',
  ]);
  expect(paper.labels.get('sec:i')).toEqual({ kind: 'sec', number: '1' });
});

test.each([
  [
    'a Chinese paper',
    '# 用蒙特卡洛方法\n\n## 摘要\n\n内容。\n\n关键词：方法；收敛\n\n## 一、问题重述\n\n文字。',
    ['方法', '收敛'],
    true,
  ],
  ['sections at the level of the title', '# T\n\n# Abstract\n\nA.\n\n# 1. Data\n\nText', [], true],
  [
    'front matter before all',
    '---\nlang: zh\ntitle: "标题: 一"\nkeywords: [甲, 乙]\n---\n## 数据\n\n文字',
    ['甲', '乙'],
    false,
  ],
])('O2: %s', (_, markdown, keywords, numbersItself) => {
  const paper = readPaper(markdown);
  expect(paper.keywords.map(shorts)).toEqual(keywords);
  expect(paper.numbersItself).toBe(numbersItself);
  expect(shorts(paper.title)).not.toBe('');
  expect(short(paper.body[0] as Block)).toMatch(/^H1 /);
});

test.each([
  ['---\nlang: zh\n---\nText only.', 'zh'],
  ['Some words in English with 中文.', 'en'],
  ['这是一篇中文论文，使用 NumPy 计算。', 'zh'],
])('O5: the language of %j is %s', (markdown, language) => {
  expect(readPaper(markdown).language).toBe(language);
});

test('O10: front matter that is no YAML, or a bomb of it, says nothing and hinders nothing', () => {
  for (const yaml of ['title: [', 'a: &a [x]\nb: *a\ntitle: *a', 'header-includes: "\\\\input{/etc/passwd}"'])
    expect(readPaper(`---\n${yaml}\n---\n\nText`)).toMatchObject({ title: [], body: [{ t: 'Para' }] });
});

test('O10: no text becomes code of another language: raw blocks are code to be shown, HTML is text or nothing', () => {
  const paper = readPaper(
    '```{=typst}\n#read("x")\n```\n\n`#x`{=latex} \\input{/etc/passwd} <script>alert(1)</script>\n\n<script>alert(1)</script>\n\n<div onclick="x">seen</div>\n\n<iframe src="a"></iframe>',
  );
  expect(paper.body.map(short)).toEqual([
    'CodeBlock (#read("x"))',
    'Para(Code (#x){=latex} \\input{/etc/passwd} alert(1))',
    'Para(seen)',
  ]);
  expect(paper.problems.map(({ code, line }) => [code, line])).toEqual([
    ['html_left_out', 7],
    ['html_left_out', 11],
  ]);
});

test('O9: a label that stands twice is said with its line, and references lead to the first', () => {
  const paper = readPaper('---\nlang: en\n---\n\n![A](a.png){#fig:a}\n\n![B](b.png){#fig:a}');
  expect(paper.problems).toEqual([expect.objectContaining({ code: 'label_twice', line: 7 })]);
  expect(paper.labels.get('fig:a')).toEqual({ kind: 'fig', number: '1' });
});
