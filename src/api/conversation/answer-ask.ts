/** A person's answer to what an agent asks in the middle of a turn (P21), whichever way it came. */
import type { z } from 'zod';
import { findSaid } from '../../db/answers.ts';
import { answerAsk } from '../../db/asks.ts';
import type { AnsweredBy } from '../../domain/asks.ts';
import type { answerBody } from '../../protocol/asks.ts';
import { wakeWork } from '../../temporal/work-client.ts';
import { ApiError, notFound } from '../api-error.ts';
import { type ConversationDependencies, type Person, requestStop, tell } from './send-message.ts';

export interface Answer {
  by: AnsweredBy;
  text: string;
  allow?: boolean;
  duplicate: boolean;
}

/**
 * Stores the answer; when this returns the turn goes on with it, whatever dies. The same again gives the same.
 * Undefined where the Work has no such question.
 * @param saidAs the id that it would have had as a message, where it was said as one
 * @throws ApiError not_found, bad_request, conflict where the question had another answer before
 */
export async function answerQuestion(
  deps: ConversationDependencies,
  { ownerId, workId }: Person,
  askId: string,
  { text, allow }: z.infer<typeof answerBody>,
  saidAs?: string,
): Promise<Answer | undefined> {
  if (text === undefined && allow === undefined)
    throw new ApiError('bad_request', 'text: an answer needs words, or allow.');
  const answered = await answerAsk(deps.db, { ownerId, workId, askId }, { text, allow, saidAs });
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

/**
 * Answers a question, for whoever follows its turn from there, whichever answer counts.
 * @throws ApiError not_found, bad_request
 */
export async function answerOrFollow(
  deps: ConversationDependencies,
  person: Person,
  askId: string,
  answer: z.infer<typeof answerBody>,
  saidAs?: string,
): Promise<void> {
  try {
    if ((await answerQuestion(deps, person, askId, answer, saidAs)) === undefined) throw notFound('question');
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'conflict')) throw error;
  }
}

/** Gives a question up: the turn that waits with it is stopped. One that has its answer is left. @throws ApiError not_found */
export async function abandon(deps: ConversationDependencies, person: Person, askId: string): Promise<void> {
  const { place, openAsk } = (await findSaid(deps.db, { ...person, messageId: askId })) ?? {};
  if (place?.turn === undefined || place.question !== askId) throw notFound('question');
  if (openAsk === askId) await requestStop(deps, person, place.turn.number);
}

const WHY_LATE: Record<AnsweredBy, string> = {
  person: 'This question was answered before; the first answer counts.',
  deadline: 'This question was not answered in time: its turn has gone on without an answer.',
  stop: 'This question is over: its turn has ended.',
};

function withoutKind<T extends { kind: unknown }>({ kind: _kind, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}
