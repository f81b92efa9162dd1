/** An answer as a stream of server-sent events, in whichever words its interface has (I10). */
import type { Context } from 'hono';
import type { LogEvent } from '../../domain/events.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { COMMENT_MS, sseAnswer } from '../live/sse-answer.ts';
import { textStream } from '../live/text-stream.ts';
import { answerEvents, type Waiting } from './await-answer.ts';

/** One event that has data alone. */
export function sseData(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/**
 * A body of what `translate` makes of the answer's events; what fails in the middle is said in the stream.
 * @param say the error in the interface's words
 */
export function streamAnswer(
  deps: ApiDependencies,
  c: Context<ApiEnv>,
  waiting: Waiting,
  {
    translate,
    say,
  }: {
    translate: (events: AsyncIterable<LogEvent>) => AsyncGenerator<string, void>;
    say: (error: unknown) => string;
  },
): Response {
  async function* pieces() {
    try {
      yield* translate(answerEvents(deps, waiting));
    } catch (error) {
      yield say(error);
    }
  }
  return sseAnswer(c, textStream(pieces(), { commentMs: COMMENT_MS, onCancel: waiting.leave }));
}
