/** REST bodies of verifications: a Work's runs made again (P19). */
import { z } from 'zod';
import { VERIFY_MODES, VERIFY_RESULTS } from '../domain/verification/types.ts';
import { uuid } from './messages.ts';

export const verifyOrder = z
  .object({
    mode: z.enum(VERIFY_MODES).meta({
      description:
        '`recorded`: each run alone, from what it read; `scratch`: attachments and scripts, in order, in one growing folder',
    }),
  })
  .meta({ id: 'VerifyOrder' });

export const verifyAccepted = z.object({ id: uuid });

const result = z.enum(VERIFY_RESULTS);
const note = z.string().optional().meta({ description: 'what the result does not say' });
const file = z.object({ path: z.string(), result, note });

export const verifyInfo = z
  .object({
    id: uuid,
    mode: z.enum(VERIFY_MODES),
    state: z.enum(['running', 'done', 'failed', 'stopped']),
    step: z.string().optional().meta({ description: 'how many runs are made, such as `2 of 5`' }),
    runs: z.array(
      z.object({
        number: z.number().int().positive(),
        script: z.string(),
        result,
        note,
        files: z.array(file),
      }),
    ),
    figures: z.array(file).meta({ description: 'that the paper shows; once it is done' }),
    numbers: z
      .array(z.object({ text: z.string(), result, run: z.number().int(), fact: z.string() }))
      .meta({ description: 'of the paper that come from a run; once it is done' }),
    reproduced: z.boolean().optional().meta({ description: 'nothing differs, is missing or was not run' }),
    error: z.string().optional(),
  })
  .meta({ id: 'Verification' });
