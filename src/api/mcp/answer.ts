/** The answer to a message as a tool tells it: how it stands, and what has been said by now. */
import type { Context } from 'hono';
import { findAnswerPlace } from '../../db/answers.ts';
import type { Ask } from '../../domain/asks.ts';
import type { LogEvent, TurnOutcome } from '../../domain/events.ts';
import { textOf } from '../../domain/messages.ts';
import { notFound } from '../api-error.ts';
import { type AnswerEnding, createAnswerEnding } from '../conversation/answer-ending.ts';
import { answerEvents, beginWaiting, type Placed } from '../conversation/await-answer.ts';
import { answerSoFar } from '../conversation/follow-answer.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';

export interface Answer {
  state: 'queued' | 'running' | 'asking' | 'withdrawn' | TurnOutcome;
  /** What the MainAgent has said, its steps a blank line apart. */
  text: string;
  /** Files that are there and were not as they are before the turn. */
  files: string[];
  error?: string;
  /** What the Work waits to be told. */
  ask?: Ask;
}

/**
 * Waits for the end of the answer, as long as is given; then tells what there is.
 * @param seconds 0: does not wait
 * @throws ApiError not_found, rate_limited, unauthorized
 */
export async function answerWithin(
  deps: ApiDependencies,
  c: Context<ApiEnv>,
  placed: Placed,
  seconds: number,
): Promise<Answer> {
  const { userId: ownerId } = c.get('identity');
  const answer = createAnswer();
  if (seconds === 0) {
    const place = await findAnswerPlace(deps.db, { ...placed, ownerId });
    if (place === undefined) throw notFound('message');
    if (place.status === 'withdrawn') return { ...answer.now(), state: 'withdrawn' };
    for await (const event of answerSoFar(deps, { ...placed, ownerId })) answer.take(event);
    return answer.now();
  }
  const waiting = beginWaiting(deps, c, placed);
  const late = setTimeout(waiting.leave, seconds * 1_000);
  try {
    for await (const event of answerEvents(deps, waiting)) answer.take(event);
  } finally {
    clearTimeout(late);
  }
  return answer.now();
}

function createAnswer(): { take(event: LogEvent): void; now(): Answer } {
  const texts: string[] = [];
  const files = new Map<string, boolean>();
  const endingOf = createAnswerEnding();
  let state: Answer['state'] = 'queued';
  let ending: AnswerEnding | undefined;
  return {
    take(event) {
      ending = endingOf(event);
      if (event.kind === 'message.withdrawn') state = 'withdrawn';
      else if (state === 'queued') state = 'running';
      if (event.kind === 'message.completed' && event.message.agent === 'main')
        texts.push(textOf(event.message));
      if (event.kind === 'tool.completed')
        for (const { path, change } of event.files) files.set(path, change !== 'removed');
      if (ending !== undefined) state = ending.outcome;
    },
    now: () => ({
      state,
      text: texts.filter((text) => text !== '').join('\n\n'),
      files: [...files].flatMap(([path, isThere]) => (isThere ? [path] : [])).sort(),
      ...(ending?.outcome === 'failed' && ending.error ? { error: ending.error.message } : {}),
      ...(ending?.outcome === 'asking' ? { ask: ending.ask } : {}),
    }),
  };
}
