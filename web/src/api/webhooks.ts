/** The REST calls about the person's webhooks (docs/webhooks.md). */
import type { z } from 'zod';
import type {
  madeWebhook,
  newWebhook,
  webhook,
  webhookDelivery,
  webhookTest,
} from '../../../src/protocol/webhooks.ts';
import type { Http } from './http.ts';

export type Webhook = z.infer<typeof webhook>;
export type MadeWebhook = z.infer<typeof madeWebhook>;
export type WebhookDelivery = z.infer<typeof webhookDelivery>;
export type WebhookTest = z.infer<typeof webhookTest>;

export async function listWebhooks(http: Http): Promise<Webhook[]> {
  return (await http.json<{ items: Webhook[] }>('GET', '/api/webhooks')).items;
}

/** The answer alone has the secret. */
export function addWebhook(http: Http, hook: z.input<typeof newWebhook>): Promise<MadeWebhook> {
  return http.json('POST', '/api/webhooks', hook);
}

export async function renewSecret(http: Http, id: string): Promise<string> {
  return (await http.json<{ secret: string }>('POST', `/api/webhooks/${id}/secret`)).secret;
}

export function resumeWebhook(http: Http, id: string): Promise<Webhook> {
  return http.json('POST', `/api/webhooks/${id}/resume`);
}

export function testWebhook(http: Http, id: string): Promise<WebhookTest> {
  return http.json('POST', `/api/webhooks/${id}/test`);
}

export async function listDeliveries(http: Http, id: string): Promise<WebhookDelivery[]> {
  return (await http.json<{ items: WebhookDelivery[] }>('GET', `/api/webhooks/${id}/deliveries`)).items;
}

export function deleteWebhook(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/webhooks/${id}`);
}
