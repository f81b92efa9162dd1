/** What webhooks tell of (I9), and how they try again. */

/** The events of a person's Works that a webhook may ask for. */
export const WEBHOOK_EVENTS = ['turn.completed', 'ask.raised', 'export.ready', 'work.deleted'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Why a webhook is sent nothing more. */
export type WebhookEnd = 'failing' | 'gone';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds behind each attempt that failed; behind the last one there is no other. About a day together. */
const PAUSES = [5 * SECOND, MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR];

/** Attempts that a delivery has at most. */
export const MOST_ATTEMPTS = PAUSES.length + 1;

/** How much longer a pause may be, at random: whatever failed at one time is not tried again at one. */
const JITTER = 0.25;

/**
 * Milliseconds until a delivery is tried again; undefined: it was tried often enough.
 * @param attempts how often it was tried
 * @param chance from 0 to 1
 */
export function pauseBehind(attempts: number, chance: number): number | undefined {
  const pause = PAUSES[attempts - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 + JITTER * chance));
}
