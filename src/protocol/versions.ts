/** REST bodies of versions of a Work's files (P18). */
import { z } from 'zod';
import type { FileDifference, SnapshotInfo } from '../domain/versions.ts';
import { snapshotReason } from './events.ts';
import { isoTime, uuid } from './messages.ts';
import { page } from './works.ts';

const path = z.string().min(1).max(16_384);

export const snapshotInfo = z
  .object({
    id: uuid,
    reason: snapshotReason,
    turn: z.number().int().exactOptional().meta({ description: 'the one that ran then, or began with it' }),
    restored: uuid.exactOptional().meta({ description: 'the snapshot that was brought back by it' }),
    at: isoTime,
    files: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative().meta({ description: 'of all its files together' }),
    sha256: z
      .string()
      .nullable()
      .exactOptional()
      .meta({ description: 'of the file that `path` names; null: it was removed' }),
    skipped: z
      .enum(['too_large', 'changing', 'no_room'])
      .exactOptional()
      .meta({ description: 'why the bytes of that file are not kept' }),
  })
  .meta({ id: 'Snapshot' }) satisfies z.ZodType<SnapshotInfo>;

export const snapshotsQuery = page.extend({
  cursor: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  path: path
    .optional()
    .meta({ description: 'only those in which this file is other than in the one before' }),
});

export const snapshotPage = z.object({
  items: z.array(snapshotInfo).meta({ description: 'the newest first; older ones from nextCursor' }),
  nextCursor: z.number().int().optional(),
  historyBytes: z.number().int().nonnegative().meta({ description: 'what the kept bytes take on the disk' }),
});

export const diffQuery = z.object({
  to: uuid.toLowerCase().optional().meta({ description: 'absent: the newest snapshot' }),
});

const contentAt = z.object({ sha256: z.string(), size: z.number().int().nonnegative() });
export const fileDifference = z
  .object({
    path: z.string(),
    change: z.enum(['added', 'changed', 'removed']).meta({ description: 'on the way to `to`' }),
    before: contentAt.exactOptional(),
    after: contentAt.exactOptional(),
    byPerson: z.boolean().meta({ description: 'whether a person changed it on the way' }),
    kept: z.boolean().meta({ description: 'whether it can be brought back as it was before' }),
  })
  .meta({ id: 'FileDifference' }) satisfies z.ZodType<FileDifference>;

export const differences = z.object({
  items: z.array(fileDifference).meta({ description: 'in order of their paths' }),
});

export const restoreBody = z.object({
  snapshot: uuid.toLowerCase(),
  paths: z.array(path).min(1).max(10_000).optional().meta({ description: 'absent: all files' }),
});

export const restored = z.object({
  snapshot: uuid.meta({ description: 'the one that undoes it' }),
  left: z
    .array(z.string())
    .meta({ description: 'files that stayed as they are, for their bytes, then or now, are not kept' }),
});
