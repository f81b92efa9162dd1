/** REST bodies of a Work's files. */
import { z } from 'zod';
import { isoTime } from './messages.ts';

export const fileInfo = z
  .object({
    path: z.string(),
    size: z.number().int().nonnegative(),
    sha256: z.string().optional(),
    modifiedAt: isoTime,
  })
  .meta({ id: 'File' });

export const fileList = z.object({ items: z.array(fileInfo) });
