/** REST bodies of exports: files that are made of a Work (P20). */
import { z } from 'zod';
import { uuid } from './messages.ts';

/** What a Work can be made into. */
export const EXPORT_FORMATS = ['ipynb'] as const;

export const exportOrder = z
  .object({
    format: z.enum(EXPORT_FORMATS),
    style: z.string().max(100).optional(),
    file: z.string().max(4_096).optional(),
  })
  .meta({ id: 'ExportOrder' });

export const exportAccepted = z.object({ id: uuid });

export const exportInfo = z
  .object({
    id: uuid,
    format: z.string(),
    style: z.string().nullable(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    size: z.number().int().nonnegative().optional(),
    problems: z.array(z.object({ code: z.string(), message: z.string(), line: z.number().int().optional() })),
    error: z.string().optional(),
  })
  .meta({ id: 'Export' });
