/** Random Markdown documents: headings in both styles among blocks that look like headings and are none. */
import fc from 'fast-check';

export const titles = fc.constantFrom(
  'Method',
  'Results',
  'A > B',
  'The *fast* `x`',
  '方法',
  'C#',
  'N',
  'pi \\$',
);

const blocks = fc.oneof(
  fc.constantFrom(
    'plain text',
    'two\nlines',
    '```\n# in a fence\n```',
    '~~~\nSetext\n===\n~~~',
    '> # quoted',
    '- # listed\n- x',
    '<!-- # comment -->',
    '<div>\n# html\n</div>',
    '$$\na\n=\nb\n$$',
    '| a |\n| - |\n| 1 |',
    '    # code',
    'trailing spaces  ',
  ),
  fc.string({ unit: fc.constantFrom('a', 'é', '方', ' ', '😀', '*', '_') }).map((text) => `p${text}`),
);

const atx = fc
  .tuple(titles, fc.integer({ min: 1, max: 6 }), fc.constantFrom('', ' ##'))
  .map(([title, level, close]) => `${'#'.repeat(level)} ${title}${close}`);
const setext = fc.tuple(titles, fc.constantFrom('===', '---')).map(([title, line]) => `${title}\n${line}`);

/**
 * Lines in any order, open constructs and containers among them. Not among them, for parsers differ there by accident:
 * link definitions that a paragraph follows at once, list items without text, and lists that do not begin with 1.
 */
export const lines = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        '# b',
        '## c #',
        '  # d',
        ' e ',
        '===',
        '---',
        '   ===',
        '    ===',
        '=',
        '- f',
        '  - g',
        '> h',
      ],
      ...[
        '>',
        '',
        '',
        '    i',
        '```',
        '~~~',
        '<div>',
        '</div>',
        '<!-- j',
        'k -->',
        '1. l',
        '* * *',
        'p\\',
        '\t# q',
      ],
      ...[
        '#',
        '##\tr\t',
        '`s`',
        '***',
        '    # t',
        '  u',
        '+ v',
        '<pre>',
        '<a',
        '- # w',
        '***x',
        '# *y* [z](a)',
      ],
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join('\n'))
  .filter((source) => !source.startsWith('---'));

/** What a model may write into a section: blocks, and headings below any level that the documents use. */
export const contents = fc.array(blocks, { maxLength: 4 }).map((parts) => parts.join('\n\n'));

/** A block and the white space after it. */
const pieces = fc.tuple(
  fc.oneof({ weight: 2, arbitrary: blocks }, atx, setext),
  fc.constantFrom('\n\n', '\n\n\n'),
);

export const documents = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF'),
    front: fc.constantFrom('', '---\ntitle: x\n# y: z\n---\n'),
    pieces: fc.array(pieces, { maxLength: 10 }),
    end: fc.constantFrom('', '\n', '\n\n'),
    crlf: fc.boolean(),
  })
  .map(({ mark, front, pieces, end, crlf }) => {
    const text = mark + front + pieces.flat().join('').trimEnd() + end;
    return crlf ? text.replaceAll('\n', '\r\n') : text;
  });
