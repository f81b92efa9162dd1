/** The conversation on the wire: Message, its parts, usage. The types are the domain's; these check the shape. */
import { z } from 'zod';
import type { FileChange, Message, Part, Usage, UserMessage } from '../domain/messages.ts';

export const uuid = z.guid();
export const isoTime = z.iso.datetime();
const count = z.number().int().nonnegative();

export const delivery = z.enum(['queue', 'steer']);

export const usage = z
  .object({
    inputTokens: count,
    outputTokens: count,
    cachedTokens: count.exactOptional(),
    reasoningTokens: count.exactOptional(),
    cost: z.number().nonnegative().exactOptional(),
    estimated: z.boolean().exactOptional(),
  })
  .meta({ id: 'Usage' }) satisfies z.ZodType<Usage>;

export const runEnding = z.enum([
  'exited',
  'timed_out',
  'out_of_memory',
  'output_limit',
  'disk_limit',
  'cancelled',
  'lost',
]);

export const fileChange = z.object({
  path: z.string(),
  size: count.exactOptional(),
  sha256: z.string().exactOptional(),
  change: z.enum(['added', 'changed', 'removed']),
}) satisfies z.ZodType<FileChange>;

export const toolArguments = z.union([z.record(z.string(), z.unknown()), z.string()]);

export const part = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    text: z.string(),
    cutOff: z.enum(['length', 'content_filter']).exactOptional().meta({
      description: 'the model was cut off behind this text: by the length it may have, or by a filter',
    }),
  }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  z.object({
    type: z.literal('tool'),
    toolCallId: uuid,
    name: z.string(),
    arguments: toolArguments,
    state: z.enum(['running', 'ok', 'error']),
    result: z.string().exactOptional(),
    files: z.array(fileChange).exactOptional(),
    output: z.string().exactOptional(),
    durationMs: count.exactOptional(),
    ending: runEnding.exactOptional(),
  }),
  z.object({ type: z.literal('summary'), text: z.string(), throughMessageId: uuid }),
]) satisfies z.ZodType<Part>;

const scheduledBy = uuid
  .exactOptional()
  .meta({ description: 'the schedule by which it came; absent: a person sent it' });

export const message = z
  .object({
    id: uuid,
    turn: z.number().int().nullable(),
    role: z.enum(['user', 'assistant']),
    agent: z.string().exactOptional(),
    status: z.enum(['queued', 'running', 'complete', 'stopped', 'failed']),
    createdAt: isoTime,
    parts: z.array(part),
    usage: usage.exactOptional(),
    attachments: z.array(z.string()).exactOptional(),
    delivery: delivery.exactOptional(),
    scheduledBy,
  })
  .meta({ id: 'Message' }) satisfies z.ZodType<Message>;

/** A user message that no turn has taken yet, as `message.queued` and `message.changed` carry it. */
export const userMessage = z.object({
  id: uuid,
  role: z.literal('user'),
  text: z.string(),
  attachments: z.array(z.string()),
  delivery,
  scheduledBy,
}) satisfies z.ZodType<UserMessage>;
