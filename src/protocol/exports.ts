/** REST bodies of exports: files that are made of a Work (P20). */
import { z } from 'zod';
import { uuid } from './messages.ts';

/** What a Work can be made into. */
export const EXPORT_FORMATS = [
  'pdf',
  'docx',
  'latex',
  'html',
  'ipynb',
  'bundle',
  'ai_report',
  'pack',
] as const;

export const exportOrder = z
  .object({
    format: z.enum(EXPORT_FORMATS),
    style: z.string().max(100).optional().meta({ description: 'of the paper; absent: `article`' }),
    file: z.string().max(4_096).optional().meta({ description: 'the paper; absent: `paper.md`' }),
    sources: z.boolean().optional().meta({
      description: 'a document of the paper ends with the sources of its numbers; absent: it does not',
    }),
  })
  .meta({ id: 'ExportOrder' });

export const exportAccepted = z.object({ id: uuid });

export const exportInfo = z
  .object({
    id: uuid,
    format: z.string(),
    style: z.string().nullable(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    step: z
      .string()
      .optional()
      .meta({ description: 'what is being done: reading, references, formulas, setting' }),
    size: z.number().int().nonnegative().optional(),
    problems: z.array(z.object({ code: z.string(), message: z.string(), line: z.number().int().optional() })),
    error: z.string().optional(),
  })
  .meta({ id: 'Export' });

const inBoth = z.object({ en: z.string(), zh: z.string() });

export const exportStyles = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        name: inBoth,
        description: inBoth,
        languages: z.array(z.enum(['en', 'zh'])).meta({ description: 'of the papers that it is for' }),
      }),
    ),
    missing: z
      .array(z.object({ format: z.enum(EXPORT_FORMATS), reason: z.string() }))
      .meta({ description: 'formats that this server cannot make, and why' }),
  })
  .meta({ id: 'ExportStyles' });
