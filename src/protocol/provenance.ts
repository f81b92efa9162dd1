/** REST bodies of provenance: where the numbers and figures of a paper come from (P17). */
import { z } from 'zod';

const state = z.enum([
  'traced',
  'likely',
  'given',
  'parameter',
  'convention',
  'untraced',
  'stale',
  'superseded',
  'pinned',
  'dismissed',
]);
const count = z.number().int().nonnegative();
const reason = z.string().meta({
  description:
    'script_changed, input_changed, input_missing, input_stale; cut, confirmed, reads_unknown, newer_value, ambiguous',
});
const place = z.number().int().nonnegative().meta({ description: 'UTF-16 offset in the file' });

/** The longest path of a file. */
const file = z.string().min(1).max(4_096);

export const provenanceQuery = z.object({ file: file.default('paper.md') });

export const provenance = z
  .object({
    file: z.string(),
    sha256: z.string(),
    numbers: z.array(
      z.object({
        start: place,
        end: place,
        text: z.string(),
        state,
        reason: reason.optional(),
        file: z.string().optional().meta({ description: 'that the reason is about, or that it stands in' }),
        run: z.number().int().optional(),
        script: z.string().optional(),
        fact: z.object({ name: z.string(), value: z.string(), unit: z.string().optional() }).optional(),
        newer: z.string().optional().meta({ description: "the fact's value now, of a superseded number" }),
        line: z.number().int().optional().meta({ description: 'of the output, from 1' }),
        scriptLine: z.number().int().optional(),
        decision: z.string().optional().meta({ description: 'id of the decision about it' }),
      }),
    ),
    figures: z.array(
      z.object({
        path: z.string(),
        state: z.enum(['traced', 'stale', 'edited', 'missing', 'untraced']),
        reason: reason.optional(),
        file: z.string().optional(),
        run: z.number().int().optional(),
        script: z.string().optional(),
      }),
    ),
    counts: z.record(state, count),
  })
  .meta({ id: 'Provenance' });

export const decisionBody = z
  .object({
    file,
    start: place,
    end: place,
    verdict: z.enum(['pinned', 'confirmed', 'dismissed']),
    run: z
      .number()
      .int()
      .positive()
      .max(2 ** 31 - 1)
      .optional(),
    fact: z.string().min(1).max(1_000).optional(),
  })
  .meta({ id: 'ProvenanceDecision' });
