/** REST bodies of runs of code (P16). */
import { z } from 'zod';
import type { EndedRun } from '../domain/runs.ts';
import { isoTime, runEnding, uuid } from './messages.ts';

/** Of a run in its Work, as a path or query says it; as large as the database counts. */
export const runNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const line = z.number().int().positive();
const sha256 = z.string().nullable();

export const runsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: runNumber.optional(),
});

export const runInfo = z
  .object({
    number: z.number().int().positive(),
    script: z.string(),
    scriptSha256: z.string(),
    turn: z.number().int(),
    toolCallId: uuid,
    startedAt: isoTime,
    durationMs: z.number().int().nonnegative(),
    ending: runEnding,
    exitCode: z.number().int().nullable(),
    reads: z
      .array(z.object({ path: z.string(), sha256, scriptLine: line.exactOptional() }))
      .nullable()
      .meta({ description: 'null: it may have read any file; `unseen` says why' }),
    unseen: z.string().nullable(),
    writes: z.array(
      z.object({
        path: z.string(),
        sha256,
        change: z.enum(['added', 'changed', 'removed']),
        scriptLine: line.exactOptional(),
      }),
    ),
    facts: z.array(
      z.object({
        name: z.string(),
        value: z.string().meta({ description: 'the text as it was recorded or printed' }),
        unit: z.string().exactOptional(),
        source: z.enum(['record', 'printed', 'file']),
        path: z.string().exactOptional(),
        line: line.exactOptional(),
        scriptLine: line.exactOptional(),
      }),
    ),
    moreFacts: z.boolean(),
    environment: z.string().nullable(),
  })
  .meta({ id: 'Run' }) satisfies z.ZodType<EndedRun>;

export const runPage = z.object({
  items: z.array(runInfo).meta({ description: 'the newest first; older ones from nextCursor' }),
  nextCursor: z.number().int().optional(),
});
