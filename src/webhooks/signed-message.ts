/** A message as Standard Webhooks has it (version 1): its id, its time, and a signature by each secret that counts. */
import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export interface WebhookMessage {
  /** The same however often it is sent. */
  id: string;
  type: string;
  /** When it happened, ISO 8601. */
  at: string;
  data: Record<string, unknown>;
}

/** A secret as people paste it: `whsec_` and 32 bytes in base64. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/**
 * What is sent of a message.
 * @param secrets the newest first: whoever knows one of them can check
 * @param now milliseconds since 1970, of this attempt
 */
export function signedMessage(
  { id, type, at, data }: WebhookMessage,
  secrets: readonly string[],
  now: number,
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({ type, timestamp: at, data });
  const seconds = Math.floor(now / 1000);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'PaperAgent',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
