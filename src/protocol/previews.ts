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
      kind: z.literal('tree'),
      nodes: z
        .array(
          z.object({
            depth: count,
            key: z.string().nullable(),
            type: z.enum(['object', 'array', 'string', 'number', 'boolean', 'null']),
            text: z.string().meta({ description: 'a value as it is written; empty for lists and objects' }),
            count: count.meta({ description: 'entries of a list or an object' }),
            shown: count.meta({ description: 'entries of it that are among the nodes' }),
          }),
        )
        .meta({ description: 'JSON, each node before those in it' }),
    }),
    z.object({
      kind: z.literal('notebook'),
      cells: z.array(
        z.object({
          type: z.enum(['markdown', 'code', 'raw']),
          source: z.string(),
          outputs: z.array(
            z.object({
              type: z.enum(['text', 'picture']),
              text: z.string().meta({ description: 'of a picture its data: URL' }),
            }),
          ),
          rest: count.meta({ description: 'outputs that are not shown' }),
        }),
      ),
      total: count.meta({ description: 'all cells' }),
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
          'no_sheet',
          'busy',
        ])
        .meta({ description: 'why there is nothing to show' }),
    }),
  ])
  .meta({ id: 'Preview' });

export type Preview = z.infer<typeof preview>;
export type PreviewTable = z.infer<typeof previewTable>;
export type PreviewNode = Extract<Preview, { kind: 'tree' }>['nodes'][number];
export type NoPreview = Extract<Preview, { kind: 'none' }>['reason'];
