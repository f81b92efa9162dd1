/** REST bodies of a Work's files. */
import { z } from 'zod';
import { isoTime } from './messages.ts';

export const fileInfo = z
  .object({
    path: z.string(),
    kind: z.enum(['file', 'directory']),
    size: z.number().int().nonnegative(),
    modifiedAt: isoTime,
  })
  .meta({ id: 'File' });

export const fileList = z.object({
  items: z.array(fileInfo).meta({ description: 'in order of their paths' }),
  truncated: z.boolean().meta({ description: 'true: there is more than what is listed' }),
});

/** What was written; the ETag is the sha256 too. */
export const writtenFile = z
  .object({ path: z.string(), size: z.number().int().nonnegative(), sha256: z.string() })
  .meta({ id: 'WrittenFile' });

/** Where a file or folder is to be, and then is. */
export const movedFile = z.object({ path: z.string().max(16_384) }).meta({ id: 'MovedFile' });

export const uploaded = z.object({ items: z.array(writtenFile) });
