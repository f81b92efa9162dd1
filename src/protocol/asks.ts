/** What an agent asks a person, and the answer (P21). */
import { z } from 'zod';
import type { Act, AnsweredBy, Ask, Call, Spend } from '../domain/asks.ts';
import type { BudgetScope, BudgetUnit } from '../domain/budgets.ts';
import { ACT_KINDS } from '../domain/policy.ts';
import { MAX_MESSAGE_CHARACTERS } from './limits.ts';
import { isoTime, toolArguments, uuid } from './messages.ts';

export const budgetScope = z.enum(['turn', 'work', 'day', 'person']) satisfies z.ZodType<BudgetScope>;
export const budgetUnit = z.enum(['tokens', 'cost']) satisfies z.ZodType<BudgetUnit>;

const spend = z
  .object({
    kind: z.literal('spend'),
    scope: budgetScope,
    unit: budgetUnit,
    used: z.number(),
    limit: z.number(),
    upTo: z.number().meta({ description: 'how far it goes where it is allowed' }),
  })
  .meta({ description: 'to go on beyond a budget' }) satisfies z.ZodType<Spend>;
const call = z
  .object({
    kind: z.enum(ACT_KINDS),
    tool: z.string(),
    arguments: toolArguments,
    more: z
      .number()
      .int()
      .positive()
      .exactOptional()
      .meta({ description: 'characters that were left out at the end: the call itself has all' }),
  })
  .meta({ description: 'a call of a tool, as it would be made' }) satisfies z.ZodType<Call>;
const act = z
  .discriminatedUnion('kind', [spend, call])
  .meta({ description: 'what the answer allows, or not' }) satisfies z.ZodType<Act>;

export const ask = z
  .object({
    askId: uuid,
    toolCallId: uuid.exactOptional(),
    question: z.string(),
    options: z.array(z.string()).exactOptional(),
    default: z.string().exactOptional(),
    deadline: isoTime.exactOptional(),
    act: act.exactOptional(),
  })
  .meta({ id: 'Ask' }) satisfies z.ZodType<Ask>;

export const answeredBy = z.enum(['person', 'deadline', 'stop']) satisfies z.ZodType<AnsweredBy>;

/** What a person answers: words, or whether they allow what is asked, or both; on the socket the same with the question's id. */
export const answerBody = z.object({
  text: z
    .string()
    .max(MAX_MESSAGE_CHARACTERS)
    .refine((text) => text.trim() !== '', 'must not be blank')
    .optional(),
  allow: z.boolean().optional(),
});

export const answerFrame = answerBody.extend({ type: z.literal('answer'), ask: uuid });

/** The one answer that a question has. */
export const answerGiven = z.object({
  id: uuid,
  by: answeredBy,
  text: z.string(),
  allow: z.boolean().exactOptional(),
});

/** A question of a Work, with its answer where it has one. */
export const listedAsk = ask
  .extend({
    turn: z.number().int().positive(),
    raisedAt: isoTime,
    answer: answerGiven.omit({ id: true }).extend({ at: isoTime }).exactOptional(),
  })
  .meta({ id: 'ListedAsk' });
export const askPage = z.object({
  items: z.array(listedAsk).meta({ description: 'the newest first; older ones from nextCursor' }),
  nextCursor: z.number().int().optional(),
});
