/** A person's answer to what an agent asks in the middle of a turn (P21), whichever way it came. */
import type { z } from 'zod';
import { answerAsk } from '../../db/asks.ts';
import type { AnsweredBy } from '../../domain/asks.ts';
import type { answerBody } from '../../protocol/asks.ts';
import { wakeWork } from '../../temporal/work-client.ts';
import { ApiError, notFound } from '../api-error.ts';
import { type ConversationDependencies, type Person, tell } from './send-message.ts';

export interface Answer {
  by: AnsweredBy;
  text: string;
  allow?: boolean;
  duplicate: boolean;
}

/**
 * Stores the answer; when this returns the turn goes on with it, whatever dies. The same again gives the same.
 * Undefined where the Work has no such question.
 * @throws ApiError not_found, bad_request, conflict where the question had another answer before
 */
export async function answerQuestion(
  deps: ConversationDependencies,
  { ownerId, workId }: Person,
  askId: string,
  { text, allow }: z.infer<typeof answerBody>,
): Promise<Answer | undefined> {
  if (text === undefined) throw new ApiError('bad_request', 'text: an answer needs words.');
  const answered = await answerAsk(deps.db, { ownerId, workId, askId }, { text, allow });
  switch (answered.kind) {
    case 'not_found':
      throw notFound('Work');
    case 'unknown':
      return undefined;
    case 'late':
      throw new ApiError('conflict', WHY_LATE[answered.by], { details: withoutKind(answered) });
    case 'stored':
    case 'duplicate':
      // Told again with a repeat, for its sender may be the one whose first request was cut off.
      tell(deps, workId, () => wakeWork(deps.temporal, { workId, ownerId }));
      return { ...withoutKind(answered), duplicate: answered.kind === 'duplicate' };
  }
}

const WHY_LATE: Record<AnsweredBy, string> = {
  person: 'This question was answered before; the first answer counts.',
  deadline: 'This question was not answered in time: its turn has gone on without an answer.',
  stop: 'This question is over: its turn has ended.',
};

function withoutKind<T extends { kind: unknown }>({ kind: _kind, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}
