/** Every kind of event, as the log stores it and the wire shows it. The union itself is the domain's. */
import { z } from 'zod';
import type { LogEvent } from '../domain/events.ts';
import { VERIFY_MODES } from '../domain/verification/types.ts';
import { answeredBy, ask, budgetScope, budgetUnit } from './asks.ts';
import {
  fileChange,
  isoTime,
  message,
  runEnding,
  toolArguments,
  usage,
  userMessage,
  uuid,
} from './messages.ts';
import { planBy, planStep } from './plans.ts';
import { reviewed } from './reviews.ts';

const count = z.number().int().nonnegative();
const agent = z.string();
const envelope = { seq: z.number().int().positive(), turn: z.number().int().nullable(), at: isoTime };

function event<Kind extends string, Fields extends z.ZodRawShape>(kind: Kind, fields: Fields) {
  return z.object({ ...envelope, kind: z.literal(kind), ...fields });
}

export const snapshotReason = z.enum(['turn', 'run', 'tool', 'person', 'restore']);

const turnOutcome = {
  outcome: z.enum(['done', 'stopped', 'failed']),
  usage,
  error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
};

/** How a turn ended, as a snapshot says it. */
export const turnEnd = z.object({ turn: z.number().int().positive(), ...turnOutcome });

const streamed = { messageId: uuid, agent, text: z.string() };

export const logEvent = z
  .discriminatedUnion('kind', [
    event('message.queued', { message: userMessage }),
    event('message.changed', { message: userMessage }),
    event('message.withdrawn', { id: uuid }),
    event('message.steered', { id: uuid }),
    event('conversation.rewound', { beforeMessageId: uuid }),
    event('turn.started', { messageIds: z.array(uuid) }),
    event('step.started', { step: count, attempt: count, agent, model: z.string(), messageId: uuid }),
    event('step.superseded', { step: count, agent, attempt: count, messageId: uuid }),
    event('text.delta', streamed),
    event('reasoning.delta', streamed),
    event('tool.delta', {
      ...streamed,
      index: count,
      toolCallId: uuid,
      name: z.string().exactOptional(),
    }),
    event('tool.called', {
      messageId: uuid,
      agent,
      toolCallId: uuid,
      name: z.string(),
      arguments: toolArguments,
    }),
    event('tool.output', { toolCallId: uuid, stream: z.enum(['stdout', 'stderr']), text: z.string() }),
    event('tool.completed', {
      toolCallId: uuid,
      ok: z.boolean(),
      result: z.string(),
      files: z.array(fileChange),
      durationMs: count,
      ending: runEnding.exactOptional(),
      run: count.exactOptional(),
    }),
    event('ask.raised', ask.shape),
    event('ask.answered', {
      askId: uuid,
      by: answeredBy,
      text: z.string(),
      allow: z.boolean().exactOptional(),
    }),
    event('budget.warned', { scope: budgetScope, unit: budgetUnit, used: z.number(), limit: z.number() }),
    event('plan.changed', { by: planBy, toolCallId: uuid.exactOptional(), steps: z.array(planStep) }),
    event('review.completed', reviewed),
    event('message.completed', { message }),
    event('context.compacted', { tokensBefore: count, tokensAfter: count, throughMessageId: uuid }),
    event('retrying', {
      agent,
      what: z.string(),
      code: z.string().exactOptional(),
      reason: z.string(),
      inMs: count,
    }),
    event('verification.started', { id: uuid, mode: z.enum(VERIFY_MODES) }),
    event('verification.completed', {
      id: uuid,
      state: z.enum(['done', 'failed', 'stopped']),
      reproduced: z.boolean().exactOptional(),
    }),
    event('workspace.snapshot', { id: uuid, reason: snapshotReason }),
    event('workspace.restored', { snapshot: uuid, undo: uuid, files: count }),
    event('turn.completed', turnOutcome),
  ])
  .meta({ id: 'Event' }) satisfies z.ZodType<LogEvent>;
