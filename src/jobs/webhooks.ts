/**
 * Tells webhooks what they are to be told (I9). A delivery is taken with a lease, sent, and said to have ended: who dies in
 * between leaves it to whoever takes it next, and it is sent again with the same id.
 */
import type { Database } from '../db/database.ts';
import {
  endDelivery,
  putBackDelivery,
  type TakenDelivery,
  takeDeliveries,
} from '../db/webhook-deliveries.ts';
import { attemptDelivery, type DeliverDependencies } from '../webhooks/deliver.ts';
import type { Job } from './job.ts';

export interface WebhooksDependencies extends DeliverDependencies {
  db: Database;
  log: { warn(fields: object, message: string): void };
}

/** Requests of this process at a time, and those for one person at a time of all processes: their server may be slow. */
const PLACES = 32;
const PLACES_OF_ONE = 4;

export function webhooksJob({ db, log, ...deps }: WebhooksDependencies): Job {
  const underWay = new Set<Promise<void>>();
  const ending = new AbortController();

  async function deliver(delivery: TakenDelivery): Promise<void> {
    try {
      await endDelivery(db, delivery, await attemptDelivery(deps, delivery, ending.signal));
    } catch (err) {
      if (ending.signal.aborted) await putBackDelivery(db, delivery);
      else log.warn({ err, deliveryId: delivery.id }, 'a webhook is told again when its lease ends');
    }
  }

  return {
    name: 'webhooks',
    everyMs: 1_000,
    async run() {
      const most = PLACES - underWay.size;
      if (most <= 0) return;
      for (const delivery of await takeDeliveries(db, { most, ofOne: PLACES_OF_ONE })) {
        const one: Promise<void> = deliver(delivery).finally(() => underWay.delete(one));
        underWay.add(one);
      }
    },
    async end() {
      ending.abort(new Error('the process ends'));
      await Promise.all(underWay);
    },
  };
}
