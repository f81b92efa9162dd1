/**
 * Small texts as people and models write them, and what each means (W13): whoever reads Markdown here reads all of them
 * alike. Their kinds were seen in papers, answers of models and other programs' documents; the words are our own.
 */

export interface Meaning {
  /** What is tried, as a sentence's end. */
  name: string;
  text: string;
  /** Its sections: `## Title`. */
  headings?: string[];
  /** Its formulas, in order; one on a line of its own has `$$` before it. */
  formulas?: string[];
  /** The workspace's images that it shows. */
  images?: string[];
  /** What its first table's cells hold, row by row; formulas in ⟦ ⟧. */
  cells?: string[][];
  /** How many footnotes it has. */
  notes?: number;
  /** What is to be read on the page, white space collapsed; formulas in ⟦ ⟧. */
  shows?: string[];
  /** What must not be read there. */
  hides?: string[];
}

const headings: Meaning[] = [
  {
    name: 'a heading with a formula',
    text: '## Fit of $R^2$\n\nx\n',
    headings: ['## Fit of R^2'],
    formulas: ['R^2'],
  },
  { name: 'a heading with struck words', text: '# A ~~B~~ C\n', headings: ['# A B C'] },
  { name: 'a heading with code in it', text: '# The `run()` call\n', headings: ['# The run() call'] },
  { name: 'a heading with a link', text: '# See [this](https://example.org)\n', headings: ['# See this'] },
  { name: 'a heading with closing marks', text: '## Method ##\n', headings: ['## Method'] },
  { name: 'a Chinese heading', text: '# 摘要\n\n文本\n', headings: ['# 摘要'], shows: ['文本'] },
  { name: 'a heading underlined', text: 'Results\n-------\n\nx\n', headings: ['## Results'] },
  { name: 'a heading in a quote', text: '> # quoted\n\n# real\n', headings: ['# real'] },
  { name: 'a heading in a list', text: '- # listed\n\n# real\n', headings: ['# real'] },
  { name: 'a heading in a fence', text: '```md\n# code\n```\n\n# real\n', headings: ['# real'] },
  {
    name: 'a heading in a comment',
    text: '<!--\n# hidden\n-->\n\n# real\n',
    headings: ['# real'],
    hides: ['hidden'],
  },
  {
    name: 'a heading in a footnote',
    text: 'x[^a]\n\n[^a]: note\n\n    # inside\n\n# real\n',
    headings: ['# real'],
    notes: 1,
  },
  { name: 'a number sign without a blank', text: '#hashtag\n', shows: ['#hashtag'] },
  {
    name: 'a heading after front matter',
    text: '---\ntitle: T\n---\n\n# A\n',
    headings: ['# A'],
    hides: ['title'],
  },
  {
    name: 'front matter of TOML',
    text: '+++\ntitle = "T"\n+++\n\n# A\n',
    headings: ['# A'],
    hides: ['title'],
  },
  { name: 'a rule that is no front matter', text: '---\n\n# A\n\n---\n', headings: ['# A'] },
  {
    name: 'a table under a heading without a blank line',
    text: '## T\n| a | b |\n|---|---|\n| 1 | 2 |\n',
    headings: ['## T'],
    cells: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  { name: 'a line of = under a table', text: '| a |\n|---|\n| 1 |\n===\n', cells: [['a'], ['1'], ['===']] },
  { name: 'an old Mac text', text: '# A\r\rtext\r\r## B\r', headings: ['# A', '## B'], shows: ['text'] },
  { name: 'a Windows text', text: '# A\r\n\r\ntext\r\n', headings: ['# A'], shows: ['text'] },
  { name: 'a mark at the beginning', text: '\uFEFF# A\n', headings: ['# A'] },
  { name: 'levels that skip one', text: '# A\n\n### C\n', headings: ['# A', '### C'] },
  { name: 'an indented heading', text: '   # A\n\n    # code\n', headings: ['# A'], shows: ['# code'] },
  { name: 'an entity in a heading', text: '# A &amp; B\n', headings: ['# A & B'] },
  {
    name: 'names of HTML, and what only begins as one',
    text: '# &alpha;&semi; &nope; &notit; &lt;b&gt; &copy\n',
    headings: ['# α; &nope; &notit; <b> &copy'],
  },
];

const display: Meaning[] = [
  { name: 'two dollars on lines of their own', text: '$$\na = b\n$$\n', formulas: ['$$a = b'] },
  { name: 'two dollars on one line', text: '$$a = b$$\n', formulas: ['$$a = b'] },
  {
    name: 'two dollars in the middle of a line',
    text: 'so $$a = b$$ holds\n',
    formulas: ['$$a = b'],
    shows: ['so ⟦a = b⟧ holds'],
  },
  { name: 'brackets on lines of their own', text: '\\[\na = b\n\\]\n', formulas: ['$$a = b'] },
  { name: 'brackets on one line', text: '\\[ a = b \\]\n', formulas: ['$$a = b'] },
  { name: 'brackets in the middle of a line', text: 'so \\[ a = b \\] holds\n', formulas: ['$$a = b'] },
  {
    name: 'a line = in a formula',
    text: '$$\na\n=\nb\n$$\n\n# H\n',
    headings: ['# H'],
    formulas: ['$$a\n=\nb'],
  },
  { name: 'a line - in a formula', text: '$$\na\n- b\n---\nc\n$$\n', formulas: ['$$a\n- b\n---\nc'] },
  { name: 'a line = between brackets', text: '\\[\na\n=\nb\n\\]\n', formulas: ['$$a\n=\nb'] },
  { name: 'a line + in a formula', text: '$$\na\n+ b\n$$\n', formulas: ['$$a\n+ b'] },
  {
    name: 'a line = in a formula that words follow',
    text: '$$\na\n=\nb\n$$, where $b$ is known.\n',
    formulas: ['$$a\n=\nb', 'b'],
    shows: ['where ⟦b⟧ is known.'],
  },
  {
    name: 'a formula right under text',
    text: 'We have\n$$\na = b\n$$\nand more.\n',
    formulas: ['$$a = b'],
    shows: ['We have', 'and more.'],
  },
  {
    name: 'brackets right under text',
    text: 'We have\n\\[\na = b\n\\]\nand more.\n',
    formulas: ['$$a = b'],
    shows: ['and more.'],
  },
  {
    name: 'a formula in a list item',
    text: '1. First\n\n   $$\n   a = b\n   $$\n\n2. Second\n',
    formulas: ['$$a = b'],
    shows: ['Second'],
  },
  { name: 'a formula in a quote', text: '> Note\n>\n> $$\n> a = b\n> $$\n', formulas: ['$$a = b'] },
  {
    name: 'bare align',
    text: '\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n',
    formulas: ['$$\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}'],
  },
  {
    name: 'bare align with a star',
    text: '\\begin{align*}\na &= b\n\\end{align*}\n',
    formulas: ['$$\\begin{align*}\na &= b\n\\end{align*}'],
  },
  {
    name: 'bare equation',
    text: '\\begin{equation}\nE = mc^2\n\\end{equation}\n',
    formulas: ['$$\\begin{equation}\nE = mc^2\n\\end{equation}'],
  },
  {
    name: 'bare gather right under text',
    text: 'Then\n\\begin{gather}\na = b\n\\end{gather}\n',
    formulas: ['$$\\begin{gather}\na = b\n\\end{gather}'],
    shows: ['Then'],
  },
  {
    name: 'align between two dollars',
    text: '$$\n\\begin{align}\na &= b\n\\end{align}\n$$\n',
    formulas: ['$$\\begin{align}\na &= b\n\\end{align}'],
  },
  {
    name: 'an environment that is no formula',
    text: '\\begin{itemize}\nx\n\\end{itemize}\n',
    shows: ['itemize'],
  },
  { name: 'a formula with emphasis marks', text: '$$\na_1 *b* c_2\n$$\n', formulas: ['$$a_1 *b* c_2'] },
  { name: 'a formula with HTML marks', text: '$$\na < b > c\n$$\n', formulas: ['$$a < b > c'] },
  {
    name: 'blank lines inside lone dollars',
    text: '$$\n\na = b\n\n$$\n\n# H\n',
    headings: ['# H'],
    formulas: ['$$a = b'],
  },
  { name: 'a forgotten end', text: '$$\na = b\n\n# One\n\ntext\n', headings: ['# One'], shows: ['text'] },
  {
    name: 'a forgotten end before another formula',
    text: '$$\na = b\n\nOne\n\n$$\nc = d\n$$\n\n# Two\n',
    headings: ['# Two'],
    formulas: ['$$c = d'],
    shows: ['One'],
  },
  { name: 'a forgotten bracket', text: '\\[\na = b\n\n# One\n', headings: ['# One'] },
  { name: 'a heading where the end was forgotten', text: '$$\n# One\n$$\n', headings: ['# One'] },
  { name: 'dollars in a fence', text: '```\n$$\na\n$$\n```\n', shows: ['$$ a $$'] },
  { name: 'dollars in indented code', text: 'x\n\n    $$\n    a\n    $$\n', shows: ['$$ a $$'] },
  {
    name: 'a label in a formula',
    text: '$$\na = b \\label{eq:a}\n$$\n',
    formulas: ['$$a = b \\label{eq:a}'],
  },
  {
    name: 'cases',
    text: '$$\nf(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}\n$$\n',
    formulas: ['$$f(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}'],
  },
  {
    name: 'an escaped dollar inside',
    text: '$$\n\\text{costs \\$5}\n$$\n',
    formulas: ['$$\\text{costs \\$5}'],
  },
];

const inline: Meaning[] = [
  { name: 'a formula between dollars', text: 'with $x$ here\n', formulas: ['x'], shows: ['with ⟦x⟧ here'] },
  {
    name: 'a formula in Chinese text',
    text: '设$x$为变量，则$y=2x$。\n',
    formulas: ['x', 'y=2x'],
    shows: ['设⟦x⟧为变量'],
  },
  { name: 'a formula between round brackets', text: 'with \\(x*y*z\\) here\n', formulas: ['x*y*z'] },
  { name: 'underscores in two formulas', text: '$a_1$ and $b_2$\n', formulas: ['a_1', 'b_2'] },
  { name: 'a formula in bold', text: '**Let $n$ be large**\n', formulas: ['n'] },
  { name: 'an ordinal', text: 'the $n$th term\n', formulas: ['n'], shows: ['the ⟦n⟧th term'] },
  { name: 'a plural', text: 'all $x$s\n', formulas: ['x'] },
  { name: 'a hyphen behind a formula', text: 'the $x$-axis\n', formulas: ['x'] },
  { name: 'a power behind a number', text: 'some 10$^{-3}$ m\n', formulas: ['^{-3}'] },
  {
    name: 'an index in a molecule',
    text: 'CO$_2$ and H$_2$O\n',
    formulas: ['_2', '_2'],
    shows: ['CO⟦_2⟧ and H⟦_2⟧O'],
  },
  { name: 'a greek letter behind a number', text: 'the 3$\\sigma$ rule\n', formulas: ['\\sigma'] },
  { name: 'a number as a formula', text: 'about $5$ or $3.14$\n', formulas: ['5', '3.14'] },
  { name: 'numbers and letters', text: 'with $2x + 3y$\n', formulas: ['2x + 3y'] },
  { name: 'words set as text', text: 'that is $3 \\text{ and more}$\n', formulas: ['3 \\text{ and more}'] },
  { name: 'a function without a backslash', text: 'so $2 sin x$\n', formulas: ['2 sin x'] },
  { name: 'a formula in parentheses', text: 'rises ($p < 0.05$)\n', formulas: ['p < 0.05'] },
  { name: 'a formula over a line break', text: 'where $a +\nb$ holds\n', formulas: ['a +\nb'] },
  { name: 'two prices', text: 'from $5 to $6\n', shows: ['from $5 to $6'] },
  {
    name: 'prices with other currencies',
    text: 'for $20 (about €18, or CA$ 25)\n',
    shows: ['for $20 (about €18, or CA$ 25)'],
  },
  {
    name: 'a price and its cause',
    text: 'cost $100 per unit and US$ later\n',
    shows: ['cost $100 per unit and US$ later'],
  },
  { name: 'a range of prices', text: 'between $5-$10\n', shows: ['between $5-$10'] },
  { name: 'columns of R', text: 'df$age and df$height\n', shows: ['df$age and df$height'] },
  {
    name: 'variables of a shell',
    text: 'set $HOME/bin and $PATH first\n',
    shows: ['set $HOME/bin and $PATH first'],
  },
  { name: 'variables of a shell together', text: 'is $HOME/$USER\n', shows: ['is $HOME/$USER'] },
  { name: 'an escaped dollar', text: 'costs \\$5 and \\$6\n', shows: ['costs $5 and $6'] },
  { name: 'a formula in code', text: 'write `$x$` so\n', shows: ['write $x$ so'] },
  { name: 'a price before code with a dollar', text: 'costs $5, see `a$`\n', shows: ['costs $5, see a$'] },
  { name: 'dollars with blanks inside', text: 'a $ b $ c\n', shows: ['a $ b $ c'] },
  { name: 'a lone dollar', text: 'the $ sign\n', shows: ['the $ sign'] },
  {
    name: 'escaped square brackets of a citation',
    text: 'as shown \\[1, 2\\].\n',
    shows: ['as shown [1, 2].'],
  },
  {
    name: 'an escaped link',
    text: '\\[not a link\\](https://example.org)\n',
    shows: ['[not a link](https://example.org)'],
  },
  {
    name: 'escaped words in brackets',
    text: 'this \\(see the note below\\) too\n',
    shows: ['this (see the note below) too'],
  },
  { name: 'a formula in a link', text: '[the $x$ page](https://example.org)\n', formulas: ['x'] },
  { name: 'an escaped backslash before a bracket', text: 'a \\\\[2pt] b\n', shows: ['a \\[2pt] b'] },
  {
    name: 'a percent and a price',
    text: 'rose 5% to $7, then fell to $6.50.\n',
    shows: ['rose 5% to $7, then fell to $6.50.'],
  },
];

const tables: Meaning[] = [
  {
    name: 'a table',
    text: '| a | b |\n|---|--:|\n| 1 | 2 |\n',
    cells: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  {
    name: 'a formula with bars in a cell',
    text: '| n | v |\n|---|---|\n| 1 | $|x|$ |\n',
    formulas: ['|x|'],
    cells: [
      ['n', 'v'],
      ['1', '⟦|x|⟧'],
    ],
  },
  {
    name: 'a condition in a cell',
    text: '| $P(A|B)$ | p |\n|---|---|\n| 1 | 2 |\n',
    formulas: ['P(A|B)'],
    cells: [
      ['⟦P(A|B)⟧', 'p'],
      ['1', '2'],
    ],
  },
  {
    name: 'bars between round brackets in a cell',
    text: '| n | v |\n|---|---|\n| 1 | \\(|x|\\) |\n',
    formulas: ['|x|'],
    cells: [
      ['n', 'v'],
      ['1', '⟦|x|⟧'],
    ],
  },
  {
    name: 'prices in cells',
    text: '| a | b |\n|---|---|\n| $5 | $6 |\n',
    cells: [
      ['a', 'b'],
      ['$5', '$6'],
    ],
  },
  {
    name: 'prices in cells without blanks',
    text: '|a|b|\n|---|---|\n|$5|$6|\n',
    cells: [
      ['a', 'b'],
      ['$5', '$6'],
    ],
  },
  {
    name: 'units in dollars over two columns',
    text: '| cost in $ | price in $ |\n|---|---|\n| 1 | 2 |\n',
    cells: [
      ['cost in $', 'price in $'],
      ['1', '2'],
    ],
  },
  {
    name: 'an escaped bar in a cell',
    text: '| a | b |\n|---|---|\n| x \\| y | 2 |\n',
    cells: [
      ['a', 'b'],
      ['x | y', '2'],
    ],
  },
  {
    name: 'a table without bars at its sides',
    text: 'a | b\n--- | ---\n1 | 2\n',
    cells: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  {
    name: 'a formula in a head',
    text: '| $x$ | $y_1$ |\n|---|---|\n| 1 | 2 |\n',
    formulas: ['x', 'y_1'],
    cells: [
      ['⟦x⟧', '⟦y_1⟧'],
      ['1', '2'],
    ],
  },
  {
    name: 'code with a dollar in a cell',
    text: '| a | b |\n|---|---|\n| `df$x` | $|y|$ |\n',
    formulas: ['|y|'],
    cells: [
      ['a', 'b'],
      ['df$x', '⟦|y|⟧'],
    ],
  },
  { name: 'a bar in a formula outside a table', text: 'so $|x|$ and $|y|$\n', formulas: ['|x|', '|y|'] },
  { name: 'a bar in a fence', text: '```\n$|x|$ | b\n```\n', shows: ['$|x|$ | b'] },
  {
    name: 'a table right under text',
    text: 'As shown:\n| a | b |\n|---|---|\n| 1 | 2 |\n',
    cells: [
      ['a', 'b'],
      ['1', '2'],
    ],
    shows: ['As shown:'],
  },
];

const images: Meaning[] = [
  { name: 'a figure', text: '![A plot](figures/plot.png)\n', images: ['figures/plot.png'] },
  { name: 'a path from here', text: '![A](./figures/plot.png)\n', images: ['figures/plot.png'] },
  {
    name: "the sandbox's own path",
    text: '![A](/workspace/figures/plot.png)\n',
    images: ['figures/plot.png'],
  },
  {
    name: 'the address of a hosted sandbox',
    text: '![A](sandbox:/figures/plot.png)\n',
    images: ['figures/plot.png'],
  },
  {
    name: 'the whole address of a hosted sandbox',
    text: '![A](sandbox:/mnt/data/plot.png)\n',
    images: ['plot.png'],
  },
  {
    name: "both the sandbox's address and path",
    text: '![A](sandbox:/workspace/plot.png)\n',
    images: ['plot.png'],
  },
  { name: 'a name with a blank', text: '![A](figures/my plot.png)\n', images: ['figures/my plot.png'] },
  {
    name: 'a name with a blank and a number in parentheses',
    text: '![A](figures/plot (2).png)\n',
    images: ['figures/plot (2).png'],
  },
  {
    name: 'a name with a blank and a title',
    text: '![A](figures/my plot.png "Fig. 1")\n',
    images: ['figures/my plot.png'],
  },
  {
    name: 'a name with a blank in angle brackets',
    text: '![A](<figures/my plot.png>)\n',
    images: ['figures/my plot.png'],
  },
  {
    name: 'a name with a blank as %20',
    text: '![A](figures/my%20plot.png)\n',
    images: ['figures/my plot.png'],
  },
  { name: 'a Chinese name', text: '![图](figures/收敛 图.png)\n', images: ['figures/收敛 图.png'] },
  { name: 'a title', text: '![A](figures/plot.png "Fig. 1")\n', images: ['figures/plot.png'] },
  { name: 'an image by name', text: '![A][p]\n\n[p]: figures/plot.png\n', images: ['figures/plot.png'] },
  { name: 'an HTML image', text: '<img src="figures/plot.png" width="300">\n', images: ['figures/plot.png'] },
  {
    name: 'an HTML image with a path from the root',
    text: '<img src="/workspace/figures/plot.png" alt="A">\n',
    images: ['figures/plot.png'],
  },
  {
    name: 'two figures side by side',
    text: '![A](a.png) ![B](b plot.png)\n',
    images: ['a.png', 'b plot.png'],
  },
  { name: 'a formula in a caption', text: '![Error of $x$](a.png)\n', images: ['a.png'] },
  { name: 'a percent sign in a name', text: '![A](50%.png)\n', images: ['50%.png'] },
  { name: 'a path that leads out', text: '![A](../secret.png)\n' },
  { name: 'an image of another host', text: '![A](https://example.org/a.png)\n' },
  {
    name: 'an image in a table',
    text: '| a |\n|---|\n| ![A](a.png) |\n',
    images: ['a.png'],
    cells: [['a'], ['']],
  },
];

const rest: Meaning[] = [
  {
    name: 'a footnote',
    text: 'x[^1] y\n\n[^1]: The note.\n',
    notes: 1,
    shows: ['The note.'],
    hides: ['[^1]'],
  },
  {
    name: 'a footnote with a name and a formula',
    text: 'x[^big]\n\n[^big]: Where $n$ is large.\n',
    notes: 1,
    formulas: ['n'],
  },
  { name: 'a footnote in place', text: 'x^[In place.] y\n', notes: 1, shows: ['In place.'] },
  { name: 'a footnote spoken of twice', text: 'x[^1] y[^1]\n\n[^1]: Once.\n', notes: 1 },
  {
    name: 'a footnote between sections',
    text: '# A\n\nx[^1]\n\n[^1]: Note.\n\n# B\n\ny\n',
    headings: ['# A', '# B'],
    notes: 1,
  },
  { name: 'a footnote that nobody wrote', text: 'x[^9]\n', shows: ['x[^9]'] },
  { name: 'a list', text: '- one\n- two\n', shows: ['one', 'two'] },
  { name: 'a task list', text: '- [ ] open\n- [x] done\n', shows: ['open', 'done'] },
  { name: 'struck text', text: 'was ~~old~~ new\n', shows: ['was old new'] },
  { name: 'a comment in a line', text: 'a <!-- hidden --> b\n', shows: ['a b'], hides: ['hidden'] },
  { name: 'a script', text: 'a\n\n<script>steal()</script>\n\nb\n', shows: ['a', 'b'], hides: ['steal'] },
  { name: 'HTML that is allowed', text: 'H<sub>2</sub>O\n', shows: ['H2O'] },
  {
    name: 'a macro that is defined twice',
    text: '$\\newcommand{\\R}{\\mathbb{R}} \\newcommand{\\R}{\\mathbb{R}} x \\in \\R$\n',
    formulas: ['\\newcommand{\\R}{\\mathbb{R}} \\newcommand{\\R}{\\mathbb{R}} x \\in \\R'],
  },
  {
    name: 'a macro that a later formula uses',
    text: '$$\n\\newcommand{\\vect}[1]{\\mathbf{#1}}\n$$\n\nthen $\\vect{x}$\n',
    formulas: ['$$\\newcommand{\\vect}[1]{\\mathbf{#1}}', '\\vect{x}'],
  },
  { name: 'a hard break', text: 'a  \nb\n', shows: ['a b'] },
  { name: 'smart punctuation left as written', text: '"a" -- b...\n', shows: ['"a" -- b...'] },
  {
    name: 'a bare address',
    text: 'see https://example.org/a_b_c now\n',
    shows: ['see https://example.org/a_b_c now'],
  },
  { name: 'a minus sign', text: 'by −5 %\n', shows: ['by −5 %'] },
  { name: 'nothing', text: '' },
  { name: 'only a comment', text: '<!-- write here -->\n', hides: ['write'] },
];

export const CORPUS: Meaning[] = [...headings, ...display, ...inline, ...tables, ...images, ...rest];
