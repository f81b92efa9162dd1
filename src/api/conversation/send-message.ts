/** What a person says to a Work, whichever way it came: stored, acked, and only then told to the workflow. */
import type { z } from 'zod';
import { postMessage } from '../../db/post-message.ts';
import { stopOwnWork } from '../../db/works.ts';
import type { newMessage } from '../../protocol/frames.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { maySend } from '../quota.ts';
import { stopWork, wakeWork } from '../temporal.ts';
import { titleFrom } from '../work-title.ts';

/** How long Temporal may take to hear of a message; then the sweeper tells it. */
const TELL_MS = 10_000;

export type ConversationDependencies = Pick<ApiDependencies, 'db' | 'temporal' | 'config' | 'log'>;

export interface Person {
  ownerId: string;
  workId: string;
}

/**
 * Stores a message; when this returns it cannot be lost any more (P4). Waking the workflow is begun and not
 * waited for.
 * @throws ApiError not_found, id_reused (P5), rate_limited, quota_exceeded
 */
export async function sendMessage(
  deps: ConversationDependencies,
  { ownerId, workId }: Person,
  message: z.infer<typeof newMessage>,
): Promise<{ duplicate: boolean }> {
  await maySend(deps, { ownerId, workId, id: message.id });
  const posted = await postMessage(deps.db, {
    ownerId,
    workId,
    id: message.id,
    text: message.text,
    attachments: message.attachments ?? [],
    delivery: message.delivery ?? 'queue',
    title: titleFrom(message.text),
    perMinute: deps.config.rateMessagesPerMinute,
  });
  switch (posted.kind) {
    case 'not_found':
      throw notFound('Work');
    case 'reused':
      throw new ApiError('id_reused', 'This id stands for another message already.');
    case 'limited':
      throw rateLimited(posted.retryAfter, 'messages');
    case 'stored':
    case 'duplicate':
      tell(deps, workId, () => wakeWork(deps.temporal, { workId, ownerId }));
      return { duplicate: posted.kind === 'duplicate' };
  }
}

/**
 * Asks a turn to stop, or without `turn` the one that runs. Gives its number, or null where nothing of it runs.
 * @throws ApiError not_found
 */
export async function requestStop(
  deps: ConversationDependencies,
  { ownerId, workId }: Person,
  turn: number | null,
): Promise<number | null> {
  const stopped = await stopOwnWork(deps.db, { workId, ownerId, turn });
  if (stopped === undefined) throw notFound('Work');
  if (stopped !== null) tell(deps, workId, () => stopWork(deps.temporal, workId, stopped));
  return stopped;
}

/** Says something to Temporal without waiting for it: what matters is in Postgres, and the sweeper repeats it. */
export function tell(
  { temporal, log }: ConversationDependencies,
  workId: string,
  say: () => Promise<void>,
): void {
  temporal
    .withDeadline(Date.now() + TELL_MS, say)
    .catch((err: unknown) => log.warn({ err, workId }, 'Temporal was not told; the sweeper will'));
}
