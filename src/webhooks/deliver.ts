/** One attempt at a delivery that was taken. */
import type { Attempted, TakenDelivery } from '../db/webhook-deliveries.ts';
import { pauseBehind } from '../domain/webhooks.ts';
import { openSecret, UnreadableSecret } from '../secrets/sealed-secret.ts';
import type { Sent, WebhookSender } from './send.ts';
import { signedMessage } from './signed-message.ts';

export interface DeliverDependencies {
  sender: Pick<WebhookSender, 'send'>;
  /** 32 bytes that people's secrets are sealed with. */
  encryptionKey: Buffer;
}

/** Sends it, and says what is to be stored of that. @throws the signal's reason, where it is to end */
export async function attemptDelivery(
  deps: DeliverDependencies,
  delivery: TakenDelivery,
  signal: AbortSignal,
): Promise<Attempted> {
  const sent = await sentOf(deps, delivery, signal);
  return {
    ...sent,
    pauseMs: sent.ok ? undefined : pauseBehind(delivery.attempt, Math.random()),
  };
}

async function sentOf(
  { sender, encryptionKey }: DeliverDependencies,
  { webhookId, url, sealed, sealedPrevious, ...message }: TakenDelivery,
  signal: AbortSignal,
): Promise<Sent> {
  let secrets: string[];
  try {
    secrets = [sealed, sealedPrevious]
      .filter((one) => one !== null)
      .map((one) => openSecret(Buffer.from(one, 'base64'), webhookId, encryptionKey));
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    return { ok: false, status: null, error: 'Its secret cannot be read any more: make a new one.' };
  }
  return await sender.send(url, signedMessage(message, secrets, Date.now()), signal);
}
