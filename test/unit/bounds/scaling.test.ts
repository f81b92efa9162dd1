/**
 * SR-H1: what a parser takes grows with its input, not with the square of it: four times the text may take eight times as
 * long. Counted in processor time of this thread; what is done within a few milliseconds needs no comparison.
 */
import { expect, test } from '@jest/globals';
import { isRefusal, PARSERS, type Parser } from './parsers.ts';

/** Characters of the larger text: the square of it would take a second, and what is linear a few milliseconds. */
const CHARACTERS = 32_768;
const LITTLE_MS = 40;
const MOST_GROWTH = 8;
/** A thread's time is counted in steps on some machines: what takes less than this may be told as nothing. */
const STEP_MS = 10;

/** What texts are made of that once cost more than their length, or might. */
const PIECES = [
  ...' \t\n\r/\\#>-*_~`$|[](){}<>&"\',:;=.%^!0a',
  ...['\0', '\u0301', 'é', '字', '\u202e', '\ufeff', '\ud800', '\b', '\f'],
  ...[
    '\r\n',
    '\n\n',
    'a\n',
    'a\r',
    ' a',
    'a ',
    '\ta',
    '\n ',
    '> ',
    '- ',
    '1. ',
    '# a\n',
    '##\n',
    'a\n=\n',
    'a\n\n',
  ],
  ...[
    '```\n',
    '```a\n```\n',
    '~~~\n',
    '``',
    '`a',
    '$$',
    '$a',
    '$$\n',
    '\\(',
    '\\[',
    '\\\\',
    '\\"',
    '\\n',
    '\\t',
    '\\n"',
  ],
  ...[
    '![',
    '![a](',
    '[a](',
    '[a](<',
    '[^a]',
    '^[',
    '*a_',
    '**a ',
    '[a]: b\n',
    '|a',
    '|-|\n',
    '|a|\n|-|\n',
    '|$a',
    '|`',
  ],
  ...[
    '<a ',
    '<a>',
    '</a>',
    '<!--',
    '-->',
    '<!-- a -->\n',
    '<div>\n',
    '&amp;',
    '&#1;',
    '<tool_call>',
    '</think>',
    '<think>',
  ],
  ...[
    '\\newcommand',
    '\\def\\a',
    '\\begin{a}',
    '{a',
    '{}',
    '[]',
    '{"a":',
    '[1,',
    '"a"',
    '"",',
    '1,',
    ',,',
    '1.1,',
    'a;',
    "''",
  ],
  ...[
    '@a{',
    '@a{b,\n',
    'Figure 1, ',
    '图1和',
    '[your ',
    '../',
    './',
    'a/',
    '//',
    '%41',
    '%zz',
    'a-b,',
    ';q=',
    '=1',
    '\tau',
    '\nabla $',
    'a > ',
    ' > b',
  ],
];

/** Milliseconds of this thread that the parser takes; what it refuses counts as well. */
async function takes({ parse }: Parser, text: string): Promise<number> {
  const before = process.threadCpuUsage();
  try {
    await parse(text);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Whether the larger text took more than its length explains. */
const grows = (large: number, small: number) => large > MOST_GROWTH * Math.max(small, STEP_MS);

async function least(times: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) least = Math.min(least, await measure());
  return least;
}

test.each(Object.entries(PARSERS))(
  '%s takes time that grows with its input',
  async (_name, parser) => {
    const steep: string[] = [];
    for (const [before, behind] of parser.around ?? [['', '']]) {
      for (const piece of PIECES) {
        const text = (characters: number) =>
          before + piece.repeat(Math.floor(characters / piece.length)) + behind;
        // Most are done with one look at each length; a clock that was disturbed is asked again.
        const once = await takes(parser, text(CHARACTERS));
        if (once < LITTLE_MS) continue;
        if (!grows(once, await takes(parser, text(CHARACTERS / 4)))) continue;
        const large = await least(3, () => takes(parser, text(CHARACTERS)));
        const small = await least(3, () => takes(parser, text(CHARACTERS / 4)));
        if (large > LITTLE_MS && grows(large, small))
          steep.push(`${JSON.stringify([before, piece, behind])}: ${small} ms, then ${large} ms`);
      }
    }
    expect(steep).toEqual([]);
  },
  120_000,
);
