/** What an agent means to do for a larger piece of work (H3). */
import { z } from 'zod';
import {
  MAX_PLAN_STEPS,
  MAX_STEP_CHARACTERS,
  oneLine,
  type Plan,
  type PlanStep,
  planProblem,
  STEP_STATES,
} from '../domain/plans.ts';

const status = z.enum(STEP_STATES);

export const planStep = z
  .object({
    step: z.string(),
    status,
    made: z
      .array(z.string())
      .exactOptional()
      .meta({ description: 'paths of what was written while it was under way' }),
  })
  .meta({ id: 'PlanStep' }) satisfies z.ZodType<PlanStep>;

export const planBy = z.enum(['agent', 'person']) satisfies z.ZodType<Plan['by']>;

export const plan = z
  .object({
    version: z.number().int().nonnegative().meta({ description: 'the seq of its event; 0: there is none' }),
    by: planBy,
    steps: z.array(planStep),
  })
  .meta({ id: 'Plan' }) satisfies z.ZodType<Plan>;

/** A person's change: all steps as they are to be, none to take the plan away. */
export const planChange = z.object({
  version: z.number().int().nonnegative().meta({ description: 'of the plan that is changed' }),
  steps: z
    .array(
      z.object({
        step: z
          .string()
          .max(MAX_STEP_CHARACTERS)
          .overwrite(oneLine)
          .refine((words) => words !== '', 'must not be blank'),
        status,
      }),
    )
    .max(MAX_PLAN_STEPS)
    .superRefine((steps, context) => {
      const message = planProblem(steps);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
});
