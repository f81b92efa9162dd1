/** What went wrong with a server, as one sentence for whoever uses it. */
import { AnswerTooLarge } from '../network/guarded-fetch.ts';

export class ToolServerError extends Error {
  override name = 'ToolServerError';
}

export const MOST_ANSWER_BYTES = 4 * 1024 ** 2;
export const TOO_LARGE = `It answered with more than ${MOST_ANSWER_BYTES / 1024 ** 2} MiB.`;
const MOST_SENTENCE_CHARACTERS = 300;

/** @param refusal what its connection had to say before the error came of it */
export function sentenceOf(error: unknown, refusal: unknown): ToolServerError {
  for (const one of [refusal, error]) {
    if (one instanceof ToolServerError) return one;
    if (one instanceof AnswerTooLarge) return new ToolServerError(TOO_LARGE);
  }
  for (const one of [error, refusal]) {
    const { code, status } = (one ?? {}) as { code?: unknown; status?: unknown };
    if (typeof code === 'string' && /^E[A-Z_]+$|CERT|TLS/.test(code))
      return new ToolServerError(`The connection failed (${code}).`);
    if (status === 401 || status === 403) return new ToolServerError('It refused the token, or wants one.');
  }
  const said = error instanceof Error ? error.message : String(error);
  return new ToolServerError(
    `It did not answer as MCP has it: ${said.slice(0, MOST_SENTENCE_CHARACTERS).toWellFormed()}`,
  );
}
