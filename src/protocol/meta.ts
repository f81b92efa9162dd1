/** REST bodies about the server itself. */
import { z } from 'zod';

export const meta = z
  .object({
    version: z.string(),
    demoModel: z
      .boolean()
      .meta({ description: 'true: neither the server nor you have a model, and a scripted one answers' }),
    temporalUiUrl: z.string().nullable(),
  })
  .meta({ id: 'Meta' });

export const liveness = z.object({ status: z.literal('ok') });

export const readiness = z.object({
  status: z.enum(['ok', 'unavailable']),
  dependencies: z.record(
    z.string(),
    z.object({ ok: z.boolean(), error: z.string().optional(), latencyMs: z.number().optional() }),
  ),
});
