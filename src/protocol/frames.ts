/** The frames of the WebSocket /api/chat/ws/{work_id}, version 1 (docs/protocol.md). */
import { z } from 'zod';
import { answerFrame, ask } from './asks.ts';
import { errorCode } from './errors.ts';
import { logEvent, turnEnd } from './events.ts';
import {
  MAX_ATTACHMENT_CHARACTERS,
  MAX_ATTACHMENTS,
  MAX_MESSAGE_CHARACTERS,
  MAX_TOKEN_CHARACTERS,
} from './limits.ts';
import { delivery, isoTime, message, uuid } from './messages.ts';
import { plan } from './plans.ts';
import { review } from './reviews.ts';
import { PROTOCOL_VERSION } from './socket.ts';

const seq = z.number().int().nonnegative();
export const workStatus = z.enum(['idle', 'running', 'asking', 'stopping']);

export const authFrame = z.object({
  type: z.literal('auth'),
  token: z.string().max(MAX_TOKEN_CHARACTERS),
  after: seq.nullish(),
  protocol: z.number().optional(),
});

/** What a person sends; over REST the same without `type`. */
export const newMessage = z.object({
  id: uuid,
  text: z
    .string()
    .min(1)
    .max(MAX_MESSAGE_CHARACTERS)
    .refine((text) => text.trim() !== '', 'must not be blank'),
  delivery: delivery.optional(),
  attachments: z.array(z.string().min(1).max(MAX_ATTACHMENT_CHARACTERS)).max(MAX_ATTACHMENTS).optional(),
});

export const messageFrame = newMessage.extend({ type: z.literal('message') });
/** Over REST, what a stop asks for. */
export const stopBody = z.object({
  turn: z.number().int().positive().nullish().meta({ description: 'absent: the one that runs' }),
});
export const stopFrame = stopBody.extend({ type: z.literal('stop') });
export const pingFrame = z.object({ type: z.literal('ping') });

export const clientFrame = z.discriminatedUnion('type', [
  authFrame,
  messageFrame,
  answerFrame,
  stopFrame,
  pingFrame,
]);
export type ClientFrame = z.infer<typeof clientFrame>;

export const readyFrame = z.object({
  type: z.literal('ready'),
  protocol: z.literal(PROTOCOL_VERSION),
  workId: uuid,
  seq,
  status: workStatus,
});

/** A retry that is awaited, as its event told it. */
const retrying = z.object({
  agent: z.string(),
  what: z.string(),
  code: z.string().exactOptional(),
  reason: z.string(),
  inMs: z.number().int().nonnegative(),
  at: isoTime,
});

export const snapshot = z.object({
  seq,
  status: workStatus,
  messages: z.array(message),
  outcomes: z.array(turnEnd).default([]),
  cursor: z.number().int().exactOptional(),
  running: message.exactOptional(),
  retrying: retrying.exactOptional(),
  ask: ask.exactOptional(),
  plan: plan.exactOptional(),
  review: review.exactOptional(),
});
export const snapshotFrame = snapshot.extend({ type: z.literal('snapshot') });

export const eventFrame = z.object({ type: z.literal('event') }).and(logEvent);
export const ackFrame = z.object({ type: z.literal('ack'), id: uuid, duplicate: z.boolean() });
export const renewedFrame = z.object({ type: z.literal('renewed'), expiresAt: isoTime });
export const pongFrame = z.object({ type: z.literal('pong') });
export const errorFrame = z.object({
  type: z.literal('error'),
  code: errorCode,
  message: z.string(),
  retryable: z.boolean(),
  id: z.string().exactOptional(),
  retryAfter: z.number().exactOptional().meta({ description: 'seconds, where that is known' }),
});

export const serverFrame = z.union([
  readyFrame,
  snapshotFrame,
  eventFrame,
  ackFrame,
  renewedFrame,
  pongFrame,
  errorFrame,
]);
export type ServerFrame = z.infer<typeof serverFrame>;
