/**
 * What a person says next over an interface that knows messages alone (I10): the answer to the question that their Work
 * waits with (H1), and where there is none a message.
 */
import { findAnswerPlace, findSaid } from '../../db/answers.ts';
import { notFound } from '../api-error.ts';
import { answerOrFollow, answerQuestion } from './answer-ask.ts';
import type { AskedMessage } from './follow-answer.ts';
import { type ConversationDependencies, sendMessage } from './send-message.ts';

/**
 * Stores it under its id, once: said again it is the answer, or the message, that it was. One that comes as the question is
 * answered elsewhere is a message.
 * @throws ApiError, as sendMessage does; conflict where the id stands for another answer
 */
export async function sayNext(
  deps: ConversationDependencies,
  said: AskedMessage,
  text: string,
): Promise<void> {
  const before = await findSaid(deps.db, said);
  if (before === undefined) throw notFound('Work');
  const { place, openAsk } = before;
  if (place?.question !== undefined) {
    await answerQuestion(deps, said, place.question, { text }, said.messageId);
    return;
  }
  if (place === undefined && openAsk !== undefined && (await isAnswer(deps, said, openAsk, text))) return;
  await sendMessage(deps, said, { id: said.messageId, text });
}

/** Answers the open question with it. False where somebody else had answered it by then. */
async function isAnswer(
  deps: ConversationDependencies,
  said: AskedMessage,
  askId: string,
  text: string,
): Promise<boolean> {
  await answerOrFollow(deps, said, askId, { text }, said.messageId);
  // Somebody else may have given the same answer, as something else.
  return (await findAnswerPlace(deps.db, said)) !== undefined;
}
