/** What a person says to a Work, whichever way it came: stored, acked, and only then told to the workflow. */
import type { z } from 'zod';
import { turnsByPerson } from '../../db/askers.ts';
import { postMessage } from '../../db/post-message.ts';
import { stopOwnWork } from '../../db/works.ts';
import { titleFrom } from '../../domain/work-title.ts';
import type { newMessage } from '../../protocol/frames.ts';
import { stopWork, wakeWork } from '../../temporal/work-client.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { shareUsedUp } from '../works/quota.ts';

/** How long Temporal may take to hear of a message; then a job tells it. */
const TELL_MS = 10_000;
/** What is said to Temporal at once, by people in turn: a workflow's start costs it more than any message does. */
const TOLD_AT_ONCE = 4;
const takeTurn = turnsByPerson(TOLD_AT_ONCE);

/**
 * What waking a workflow costs Temporal and its worker would slow down the turn's first step, which a worker begins
 * by itself (eager-start.ts): so the workflow is woken when that is on its way to the model (B1).
 */
const HEAD_START_MS = 25;

/** The largest number that a turn could have. */
const LAST_TURN = 2 ** 31 - 1;

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
  const posted = await postMessage(deps.db, {
    ownerId,
    workId,
    id: message.id,
    text: message.text,
    attachments: message.attachments ?? [],
    delivery: message.delivery ?? 'queue',
    title: titleFrom(message.text),
    perMinute: deps.config.rateMessagesPerMinute,
    quotas: deps.config.quotas,
  });
  switch (posted.kind) {
    case 'not_found':
      throw notFound('Work');
    case 'reused':
      throw new ApiError('id_reused', 'This id stands for another message already.');
    case 'limited':
      throw rateLimited(posted.retryAfter, 'messages');
    case 'used_up':
      throw shareUsedUp(posted.share);
    case 'stored':
    case 'duplicate':
      tellOfMessage(deps, { workId, ownerId });
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
  // No turn has a number that the database could not hold: such a one is as little running as the last that it could.
  const asked = turn === null ? null : Math.min(turn, LAST_TURN);
  const stopped = await stopOwnWork(deps.db, { workId, ownerId, turn: asked });
  if (stopped === undefined) throw notFound('Work');
  if (stopped !== null) tell(deps, workId, () => stopWork(deps.temporal, workId, stopped));
  return stopped;
}

/** Wakes the workflow of a Work to which something was said. */
export function tellOfMessage(deps: ConversationDependencies, work: Person): void {
  const wake = () => tell(deps, work.workId, () => wakeWork(deps.temporal, work));
  setTimeout(wake, HEAD_START_MS);
}

/** Says something to Temporal without waiting for it: what matters is in Postgres, and a job repeats it. */
export function tell(
  { temporal, log }: ConversationDependencies,
  workId: string,
  say: () => Promise<void>,
): void {
  const told = async () => {
    using _turn = await takeTurn(AbortSignal.timeout(TELL_MS));
    await temporal.withDeadline(Date.now() + TELL_MS, say);
  };
  told().catch((err: unknown) => log.warn({ err, workId }, 'Temporal was not told; a job will do it'));
}
