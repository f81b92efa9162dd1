/** What a person takes back of what they said: a queued message changed or withdrawn, a message said anew (F15). */
import type { z } from 'zod';
import { findMessage } from '../../db/messages.ts';
import { changeMessage, rerunMessage, withdrawMessage } from '../../db/revisions.ts';
import type { Message } from '../../domain/messages.ts';
import type { messageChange, rerunBody } from '../../protocol/works.ts';
import { stopWork } from '../../temporal/work-client.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import { shareUsedUp } from '../works/quota.ts';
import { type ConversationDependencies, type Person, tell, tellOfMessage } from './send-message.ts';

/**
 * Changes a queued message and gives it as it is now: a turn may have taken it since, as it was changed.
 * @throws ApiError not_found, conflict where a turn had taken it before, rate_limited
 */
export async function editMessage(
  { db, config }: ConversationDependencies,
  { ownerId, workId }: Person,
  id: string,
  change: z.infer<typeof messageChange>,
): Promise<Message> {
  const changed = await changeMessage(db, { ownerId, workId, id }, change, config.rateMessagesPerMinute);
  if (changed.kind === 'not_found') throw notFound('message');
  if (changed.kind === 'taken') throw taken();
  if (changed.kind === 'limited') throw rateLimited(changed.retryAfter, 'messages');
  const message = await findMessage(db, workId, id);
  if (message === undefined) throw notFound('message');
  return message;
}

/** Withdraws a queued message. @throws ApiError not_found, conflict where a turn has taken it */
export async function takeBackMessage(
  { db }: ConversationDependencies,
  { ownerId, workId }: Person,
  id: string,
): Promise<void> {
  const kind = await withdrawMessage(db, { ownerId, workId, id });
  if (kind === 'not_found') throw notFound('message');
  if (kind === 'taken') throw taken();
}

/**
 * Runs the conversation again from a person's message. A turn that runs is stopped first; the new message is stored
 * when this returns, and takes the old one's place when that turn has ended.
 * @throws ApiError not_found, conflict where that message is no part of the conversation, id_reused, rate_limited
 */
export async function runAgain(
  deps: ConversationDependencies,
  { ownerId, workId }: Person,
  id: string,
  again: z.infer<typeof rerunBody>,
): Promise<{ duplicate: boolean }> {
  const { db, temporal, config } = deps;
  const files = again.files === 'restore' ? { taken: again.taken ?? [] } : undefined;
  const wish = { newId: again.id, text: again.text, files };
  const rerun = await rerunMessage(db, { ownerId, workId, id }, wish, {
    perMinute: config.rateMessagesPerMinute,
    quotas: config.quotas,
  });
  switch (rerun.kind) {
    case 'not_found':
      throw notFound('message');
    case 'not_said':
      throw new ApiError('conflict', 'Only what a person said, and is still part of it, can be run again.');
    case 'no_files':
      throw new ApiError(
        'conflict',
        'The files as they were at this message are not kept: run it with files "keep".',
      );
    case 'reused':
      throw new ApiError('id_reused', 'This id stands for another message already.');
    case 'limited':
      throw rateLimited(rerun.retryAfter, 'messages');
    case 'used_up':
      throw shareUsedUp(rerun.share);
    case 'stored': {
      const { stop } = rerun;
      if (stop === undefined) tellOfMessage(deps, { workId, ownerId });
      else tell(deps, workId, () => stopWork(temporal, workId, stop));
      return { duplicate: false };
    }
    case 'duplicate':
      tellOfMessage(deps, { workId, ownerId });
      return { duplicate: true };
  }
}

function taken(): ApiError {
  return new ApiError('conflict', 'A turn has taken this message: it can be run again, not changed.');
}
