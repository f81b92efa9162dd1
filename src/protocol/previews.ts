/** What a file of a Work is shown as where the page cannot read it itself (W12): a bounded part of it, and how much more there is. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const previewTable = z.object({
  kind: z.literal('table'),
  head: z
    .array(z.string())
    .nullable()
    .meta({ description: 'names of the columns; null where none are told apart from cells' }),
  rows: z.array(z.array(z.string())),
  offset: count.meta({ description: 'the first of these rows, counted from 0 without the head' }),
  total: count.nullable().meta({ description: 'all rows; null where the file was not read to its end' }),
  columns: count.meta({ description: 'all columns; more may be there than are shown' }),
  format: z
    .object({ encoding: z.string(), separator: z.enum([',', ';', '\t', '|']), decimalCommas: z.boolean() })
    .nullable()
    .meta({ description: 'how a text was read as a table' }),
  sheets: z.array(z.object({ name: z.string(), isHidden: z.boolean() })),
  sheet: count.meta({ description: 'which of the sheets this is' }),
});

export const preview = z
  .discriminatedUnion('kind', [
    previewTable,
    z.object({
      kind: z.literal('text'),
      text: z.string(),
      encoding: z.string(),
      rest: count.meta({ description: 'bytes of the file that are not shown' }),
    }),
    z.object({
      kind: z.literal('document'),
      text: z.string().meta({ description: 'Markdown' }),
      rest: count.meta({ description: 'characters that are not shown' }),
    }),
    z.object({
      kind: z.literal('none'),
      reason: z
        .enum([
          'empty',
          'not_shown',
          'locked',
          'old_format',
          'damaged',
          'too_large',
          'too_much',
          'no_row',
          'busy',
        ])
        .meta({ description: 'why there is nothing to show' }),
    }),
  ])
  .meta({ id: 'Preview' });

export type Preview = z.infer<typeof preview>;
export type PreviewTable = z.infer<typeof previewTable>;
export type NoPreview = Extract<Preview, { kind: 'none' }>['reason'];
