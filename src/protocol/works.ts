/** REST bodies of Works, their messages and their workflow. */
import { z } from 'zod';
import { workBudget } from './budgets.ts';
import { newMessage, workStatus } from './frames.ts';
import * as limits from './limits.ts';
import { isoTime, message, usage, uuid } from './messages.ts';
import { policy } from './policy.ts';
import { reviewSetting } from './reviews.ts';

export const language = z.enum(['en', 'zh']);

/** Which of the owner's models serves a role; a role that is absent has the default. */
export const modelChoice = z.object({
  main: uuid.optional(),
  code: uuid.optional(),
  summary: uuid.optional(),
});

export const work = z
  .object({
    id: uuid,
    title: z.string(),
    status: workStatus,
    templateId: uuid.nullable(),
    templateVersion: z.string().nullable().meta({ description: 'of the text that the Work began with' }),
    models: modelChoice,
    budget: workBudget.nullable().meta({ description: 'null: none' }),
    policy: policy.nullable().meta({ description: 'null: all is allowed' }),
    review: reviewSetting.nullable().meta({ description: 'null: nobody reviews the paper' }),
    scheduled: z.boolean().meta({ description: 'messages come to it at set times, unless they are paused' }),
    usage: usage.meta({ description: 'of all turns, a running one included; cost of what has known prices' }),
    seq: z.number().int().nonnegative().meta({ description: 'of the last event' }),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Work' });
export type Work = z.infer<typeof work>;

const title = z.string().trim().max(limits.MAX_TITLE_CHARACTERS);

export const newWork = z.object({
  title: title.optional().meta({ description: 'absent or empty: the first message gives it' }),
  templateId: uuid.nullish().meta({ description: 'absent: the short report' }),
  models: modelChoice.optional(),
  budget: workBudget.optional(),
  policy: policy.optional(),
  review: reviewSetting
    .nullish()
    .meta({ description: 'null: nobody reviews the paper; absent: neither, unless the template says so' }),
  language: language.optional().meta({ description: "of the default template; absent: Accept-Language's" }),
});

export const workCopy = z.object({
  title: title.optional().meta({ description: "absent or empty: the original's, marked as a copy" }),
  throughMessageId: uuid
    .toLowerCase()
    .optional()
    .meta({ description: 'the last message that is copied, with the files as they were there; absent: all' }),
});

export const workChange = z.object({
  title: title.min(1).optional(),
  models: modelChoice.optional(),
  budget: workBudget.nullable().optional().meta({ description: 'null takes it away' }),
  policy: policy.nullable().optional().meta({ description: 'null allows all' }),
  review: reviewSetting
    .nullable()
    .optional()
    .meta({ description: 'null: nobody reviews the paper any more' }),
});

/** Pages of a list: `limit` items from where `cursor` says. */
export const page = z.object({
  limit: z.coerce.number().int().min(1).max(limits.MAX_PAGE_ITEMS).default(50),
  cursor: z.string().max(limits.MAX_CURSOR_CHARACTERS).optional(),
});

export const worksQuery = page.extend({ q: z.string().max(limits.MAX_SEARCH_CHARACTERS).optional() });
export const workPage = z.object({ items: z.array(work), nextCursor: z.string().optional() });

export const messagesQuery = page.extend({
  cursor: z.coerce.number().int().nonnegative().optional(),
});
export const messagePage = z.object({
  items: z.array(message).meta({ description: 'oldest first; older ones from nextCursor' }),
  nextCursor: z.number().int().optional(),
});

export const accepted = z.object({ id: uuid, duplicate: z.boolean() });

/** What a person changes of a queued message; what is absent stays. */
export const messageChange = newMessage.omit({ id: true }).partial();

export const rerunBody = z.object({
  id: uuid.meta({ description: 'of the new message; the same one again repeats the request' }),
  text: newMessage.shape.text.optional().meta({ description: 'absent: the same words' }),
  files: z
    .enum(['restore', 'keep'])
    .optional()
    .meta({ description: 'restore: the turn begins with the files as they were then; absent: keep' }),
  taken: z
    .array(z.string().min(1).max(16_384))
    .max(10_000)
    .optional()
    .meta({ description: 'files that come back too although a person changed them since; others stay' }),
});

export const stopAnswer = z.object({
  turn: z.number().int().nullable().meta({ description: 'the turn that was asked to stop; null: none ran' }),
});

export const workflowInfo = z
  .object({
    workflowId: z.string(),
    runId: z.string().nullable(),
    status: z.string().nullable().meta({ description: "Temporal's; null: never started" }),
    url: z.string().nullable().meta({ description: "of Temporal's page about it" }),
    state: z
      .object({
        phase: z.string(),
        turn: z.number().nullable(),
        step: z.number().nullable(),
        tools: z.array(z.string()),
      })
      .nullable()
      .meta({ description: 'what it says it is doing; null: no worker answered in time' }),
  })
  .meta({ id: 'Workflow' });

export const history = z
  .object({
    workId: uuid,
    version: z.literal(1),
    seq: z.number().int().nonnegative(),
    messages: z.array(message),
  })
  .meta({ id: 'History' });
export type History = z.infer<typeof history>;
