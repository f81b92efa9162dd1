import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readArguments } from '../../../../src/activities/mending/mend-arguments.ts';
import { MOST_MENDED } from '../../../../src/activities/mending/mend-text.ts';

/** What a call's text argument is read as, given its JSON without the quotes. */
const markdown = (json: string) => argument('update_section_content', 'content', `{"content":"${json}"}`);
const code = (json: string) => argument('run_python', 'code', `{"code":"${json}"}`);
const file = (path: string, text: string) =>
  argument('write_file', 'content', JSON.stringify({ path, content: text }));

function argument(tool: string, key: string, json: string): unknown {
  const read = readArguments(tool, json);
  return typeof read === 'string' ? `not read: ${read}` : read[key];
}

test('M15: arguments with one reading are read so; others stay as they came', () => {
  expect(readArguments('x', '{"a":"x"}')).toEqual({ a: 'x' });
  expect(readArguments('x', '{"a":"one\ntwo"}')).toEqual({ a: 'one\ntwo' });
  expect(readArguments('x', JSON.stringify('{"a":1}'))).toEqual({ a: 1 });
  expect(readArguments('x', '{"a":"$\\alpha$"}')).toEqual({ a: '$\\alpha$' });
  // Doubled as it should be, beside a raw line break.
  expect(readArguments('x', '{"a":"$\\\\alpha$\n"}')).toEqual({ a: '$\\alpha$\n' });
  expect(readArguments('x', '{"a": ')).toBe('{"a": ');
  expect(readArguments('x', '[1]')).toBe('[1]');
});

test.each([
  [String.raw`$\frac{1}{2} \beta \theta \rho \nabla \times \text{s} \right)$`],
  [String.raw`$$\n\frac{E}{h} = \nu\n$$`, '$$\n\\frac{E}{h} = \\nu\n$$'],
  [String.raw`the limit $x \to 0$ and $\tan x \neq 1$, $h\nu$`],
  [String.raw`# \beta decay`],
  [String.raw`\tilde x and \rangle`],
])('M15: backslashes of TeX that JSON swallowed are put back: %s', (json, meant = json) => {
  expect(markdown(json)).toBe(meant);
});

test.each([
  [
    'a line that begins with a word',
    String.raw`One\nabout it\nu is small\nnot so\n`,
    'One\nabout it\nu is small\nnot so\n',
  ],
  ['a formula over several lines', String.raw`$$\na = b\ne = f\nu = v\n$$`, '$$\na = b\ne = f\nu = v\n$$'],
  ['an indented line', String.raw`- a\n\to b\n\tan x`, '- a\n\to b\n\tan x'],
  ['prices', String.raw`It costs $5.\ni think $6.\nu see`, 'It costs $5.\ni think $6.\nu see'],
])('M15: %s stays as it is', (_what, json, meant) => {
  expect(markdown(json)).toBe(meant);
});

test('M15: code keeps its tabs and line breaks, and gets the backslashes of its patterns back', () => {
  expect(code(String.raw`def f():\n\tif x:\n\t\treturn 1\n`)).toBe('def f():\n\tif x:\n\t\treturn 1\n');
  const names = String.raw`if x:\n\tfrac = 1\n\ttau = 2\nsim = 1\not.emd(a, b)\n`;
  expect(code(names)).toBe(JSON.parse(`"${names}"`));
  expect(code(String.raw`re.sub(r'\bword\b', '')`)).toBe(String.raw`re.sub(r'\bword\b', '')`);
  expect(code(String.raw`plt.xlabel(r'$\theta$')`)).toBe(String.raw`plt.xlabel(r'$\theta$')`);
  expect(code(String.raw`print('a\tb')`)).toBe("print('a\tb')");
});

test('M15: a Markdown fence around the whole is taken off, and no other', () => {
  const fenced = (label: string, inside: string) => markdown(`\`\`\`${label}\\n${inside}\\n\`\`\``);
  expect(fenced('markdown', '# T\\n\\nText.')).toBe('# T\n\nText.\n');
  expect(fenced('md', 'a\\n```python\\nx\\n```\\nb')).toBe('a\n```python\nx\n```\nb\n');
  // A block of code is a section's content, too; and here the fence ends in the middle.
  for (const inside of ['x = 1', 'a\\n```\\nb\\n```\\nc']) {
    const meant = `\`\`\`\n${inside.replaceAll('\\n', '\n')}\n\`\`\``;
    expect(fenced('', inside)).toBe(meant);
  }
  expect(fenced('markdown', 'a\\n```\\nb\\n```\\nc')).toMatch(/^```markdown/);
  expect(code('```python\\nprint(1)\\n```')).toBe('print(1)\n');
  expect(file('code/x.py', '```\nprint(1)\n```')).toBe('print(1)\n');
  expect(file('notes.md', '```\nprint(1)\n```')).toBe('```\nprint(1)\n```');
});

test('M15: line breaks that are written as \\n throughout are line breaks', () => {
  expect(markdown(String.raw`# T\\n\\nA \"word\" and $\\nabla f \\neq 0$.\\n`)).toBe(
    '# T\n\nA "word" and $\\nabla f \\neq 0$.\n',
  );
  // Encoded twice as a whole.
  expect(markdown(String.raw`# T\\n\\n$\\\\alpha \\\\beta$\\n`)).toBe('# T\n\n$\\alpha \\beta$\n');
  // Once may be meant, and beside real line breaks it is.
  expect(markdown(String.raw`The escape \\n ends a line.`)).toBe('The escape \\n ends a line.');
  expect(markdown(String.raw`Use \\n or \\n\nhere.`)).toBe('Use \\n or \\n\nhere.');
  expect(code(String.raw`import math\\nprint(\"a\\nb\")`)).toBe('import math\nprint("a\\nb")');
  expect(code(String.raw`print('a\\nb\\nc')`)).toBe(String.raw`print('a\nb\nc')`);
  expect(file('data/x.csv', String.raw`a,b\n1,2\n`)).toBe('a,b\n1,2\n');
  expect(file('data/x.json', String.raw`{"a":"x\ny"}`)).toBe(String.raw`{"a":"x\ny"}`);
  const tex = String.raw`\documentclass{article}\nocite{x}\newcommand{\R}{R}`;
  expect(file('x.tex', tex)).toBe(tex);
});

test('M15: a tab within a line of Markdown is a space; at its beginning it stays', () => {
  expect(markdown(String.raw`a\tb\n\t- c\td`)).toBe('a b\n\t- c d');
});

test('M15: what is as it should be stays as it is', () => {
  const texts = fc
    .array(
      fc.constantFrom(
        'word',
        ' ',
        '$x_1$',
        // With the blank that ends a command's name in TeX: \nablaword is no command.
        '\\alpha ',
        '\\nabla ',
        '\n',
        '\n\n',
        '- ',
        '# ',
        '`a`',
        '"',
        "'",
        '漢',
      ),
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      expect(readArguments('writemd', JSON.stringify({ content: text }))).toEqual({ content: text });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['swallowed backslashes', '\\frac{a}{b} $h\\nu$ \\theta x '],
  ['open formulas', '$ \\to \\nu '],
  ['fences', '```a\\n'],
  ['written line breaks', 'word\\\\nmore '],
  ['tabs', 'a\\t'],
  ['blank lines', '\\n   '],
  ['backslashes', '\\\\'],
  ['invalid escapes', '\\q'],
  ['letters behind a break', `\\n${'u'.repeat(64)}`],
])('SR-H1: four times as many %s take no more than a few times as long', (_what, piece) => {
  const time = (length: number) => {
    const json = `{"content":"${piece.repeat(Math.floor(length / piece.length))}"}`;
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now();
      readArguments('writemd', json);
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  const most = MOST_MENDED - 1_000;
  time(most / 4);
  expect(time(most)).toBeLessThan(16 * time(most / 4) + 50);
});

test('M15: longer texts than 256 KiB are not mended', () => {
  const long = `${'x'.repeat(MOST_MENDED)}\frac`;
  expect(readArguments('writemd', JSON.stringify({ content: long }))).toEqual({ content: long });
});
