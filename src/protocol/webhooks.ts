/** REST bodies of webhooks (I9). */
import { z } from 'zod';
import { WEBHOOK_EVENTS } from '../domain/webhooks.ts';
import { MAX_WEBHOOK_EVENTS, MAX_WEBHOOK_URL_CHARACTERS } from './limits.ts';
import { isoTime, uuid } from './messages.ts';

export const webhookEvent = z.enum(WEBHOOK_EVENTS);

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://example.com/hook' })
  .max(MAX_WEBHOOK_URL_CHARACTERS)
  .refine((text) => {
    const parsed = URL.parse(text);
    return parsed === null || (parsed.username === '' && parsed.password === '');
  }, 'must not hold a name and a password')
  .meta({ description: 'https; it is told by POST' });

export const newWebhook = z.object({
  url,
  events: z
    .array(webhookEvent)
    .min(1)
    .max(MAX_WEBHOOK_EVENTS)
    .transform((events) => webhookEvent.options.filter((one) => events.includes(one))),
});

export const webhook = z
  .object({
    id: uuid,
    url: z.string(),
    events: z.array(webhookEvent),
    createdAt: isoTime,
    failingSince: isoTime.nullable().meta({ description: 'since when nothing got through' }),
    ended: z
      .object({ at: isoTime, why: z.enum(['failing', 'gone']) })
      .nullable()
      .meta({ description: 'it is sent nothing more: nothing got through for days, or it answered 410' }),
    missed: z
      .number()
      .int()
      .meta({ description: 'events that were not kept for it, as a thousand waited already' }),
  })
  .meta({ id: 'Webhook' });

export const webhookSecret = z.object({
  secret: z.string().meta({ description: 'whsec_…, told this once; it signs what is sent' }),
});

export const madeWebhook = webhook.extend(webhookSecret.shape).meta({ id: 'MadeWebhook' });

export const webhooks = z.object({ items: z.array(webhook) }).meta({ id: 'Webhooks' });

export const webhookTest = z
  .object({
    ok: z.boolean(),
    status: z.number().int().nullable(),
    message: z.string().nullable().meta({ description: 'what went wrong' }),
  })
  .meta({ id: 'WebhookTest' });

export const webhookDelivery = z
  .object({
    id: uuid.meta({ description: 'what is sent as webhook-id, the same at each attempt' }),
    type: z.string(),
    at: isoTime,
    state: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.number().int(),
    nextAt: isoTime.nullable().meta({ description: 'when it is tried next' }),
    triedAt: isoTime.nullable(),
    status: z.number().int().nullable().meta({ description: 'what the last attempt was answered with' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

export const webhookDeliveries = z
  .object({ items: z.array(webhookDelivery) })
  .meta({ id: 'WebhookDeliveries' });
