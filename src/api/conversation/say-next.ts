/**
 * What a person says next over an interface that knows messages alone (I10): the answer to the question that their Work
 * waits with (H1), and where there is none a message.
 */
import { findAnswerPlace, findOpenAsk } from '../../db/answers.ts';
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
  const before = await findAnswerPlace(deps.db, said);
  if (before?.question !== undefined) {
    await answerQuestion(deps, said, before.question, { text }, said.messageId);
    return;
  }
  if (before === undefined && (await isAnswer(deps, said, text))) return;
  await sendMessage(deps, said, { id: said.messageId, text });
}

/** Answers the open question with it, if there is one. */
async function isAnswer(deps: ConversationDependencies, said: AskedMessage, text: string): Promise<boolean> {
  const askId = await findOpenAsk(deps.db, said);
  if (askId === undefined) return false;
  await answerOrFollow(deps, said, askId, { text }, said.messageId);
  // Somebody else may have given the same answer, as something else.
  return (await findAnswerPlace(deps.db, said)) !== undefined;
}
