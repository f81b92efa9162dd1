/** Ending an answer by the message that it answers, for interfaces that know no turns (I10). */
import { findAnswerPlace } from '../../db/answers.ts';
import { ApiError } from '../api-error.ts';
import type { AskedMessage } from './follow-answer.ts';
import { takeBackMessage } from './revise.ts';
import { type ConversationDependencies, requestStop } from './send-message.ts';

/** Stops the turn that answers, or takes the message back before one does. */
export async function stopAnswer(deps: ConversationDependencies, asked: AskedMessage): Promise<void> {
  const place = await findAnswerPlace(deps.db, asked);
  if (place?.turn === undefined && place?.status === 'queued') {
    const wasTaken = await takeBackMessage(deps, asked, asked.messageId).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 'conflict') return true;
        throw error;
      },
    );
    return wasTaken ? await stopAnswer(deps, asked) : undefined;
  }
  if (place?.turn?.lastSeq === null) await requestStop(deps, asked, place.turn.number);
}
