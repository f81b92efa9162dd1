/** What a turn, a Work, a day and a person may take (H4). */
import { z } from 'zod';
import type { PersonBudget, WorkBudget } from '../domain/budgets.ts';

const limit = z
  .object({
    tokens: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
    cost: z.number().positive().max(1e12).optional(),
  })
  .refine(({ tokens, cost }) => tokens !== undefined || cost !== undefined, 'needs tokens, or cost, or both');

export const workBudget = z
  .object({
    turn: limit.optional(),
    work: limit.optional(),
    atLimit: z
      .enum(['ask', 'end'])
      .optional()
      .meta({ description: 'what happens where one is used up; absent: ask' }),
  })
  .meta({ id: 'WorkBudget' }) satisfies z.ZodType<WorkBudget>;

export const personBudget = z
  .object({
    day: limit.optional().meta({ description: 'of the last 24 hours' }),
    person: limit.optional().meta({ description: 'of all that is used since it was set' }),
  })
  // What takes limits away is said, not left out: a misspelt name would do it.
  .refine(
    ({ day, person }) => day !== undefined || person !== undefined,
    'needs day, or person, or is null for none',
  )
  .meta({ id: 'PersonBudget' }) satisfies z.ZodType<PersonBudget>;

/** With what is used of each by now. */
export const personBudgetShown = z.object({
  budget: personBudget.nullable(),
  used: z.object({
    day: z.object({ tokens: z.number(), cost: z.number() }),
    person: z
      .object({ tokens: z.number(), cost: z.number() })
      .meta({ description: 'since the budget was set; without one, in all' }),
  }),
});
