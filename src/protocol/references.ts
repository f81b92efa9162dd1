/** REST bodies of a Work's references, and of looking them up (O6). */
import { z } from 'zod';
import { SOURCES } from '../domain/references/sources.ts';
import { VERDICTS } from '../domain/references/verdict.ts';

export const lookUpAccepted = z.object({ running: z.literal(true) });

const source = z.enum(SOURCES);

export const references = z
  .object({
    online: z.boolean().meta({ description: 'whether the operator lets works be looked up' }),
    running: z.boolean().meta({ description: 'whether they are being looked up now' }),
    total: z.number().int().meta({ description: 'works of references.bib; at most 500 are listed' }),
    items: z.array(
      z.object({
        key: z.string(),
        line: z.number().int().positive().meta({ description: 'of references.bib, from 1' }),
        title: z.string(),
        author: z.string().meta({ description: 'the first one' }),
        year: z.string(),
        verdict: z.object({
          verdict: z.enum(VERDICTS),
          fields: z
            .array(z.enum(['title', 'author', 'year', 'doi']))
            .optional()
            .meta({ description: 'of a mismatch: what differs' }),
          source: source.optional().meta({ description: 'who knows the work' }),
          found: z
            .object({
              title: z.string(),
              author: z.string().optional(),
              year: z.number().int().optional(),
              doi: z.string().optional(),
              container: z.string().optional(),
            })
            .optional()
            .meta({ description: 'what that source says of it' }),
          unanswered: z.array(source).optional().meta({ description: 'who was asked and gave no answer' }),
          reason: z.string().optional(),
        }),
        message: z.string().meta({ description: 'the verdict in a sentence' }),
      }),
    ),
  })
  .meta({ id: 'References' });
