/**
 * The real check of a model (F13): what the agents live by is tried with a few short calls, bounded in time and
 * tokens, and each thing that does not work has a sentence that says what to do.
 */
import type { Usage } from '../../domain/messages.ts';
import type { ModelConnection } from '../connection.ts';
import { addressOf, ModelError } from '../errors.ts';
import { streamAnswer } from '../handler.ts';
import { createLimitsFinder } from '../limits/find-limits.ts';
import type { LearnedFact } from '../profiles/learning.ts';
import type { ChatMessage, ModelEndpoint } from '../types.ts';
import type { Asked, CheckItem, Checking, CheckReport } from './check.ts';
import { CHECKS } from './checks.ts';

export interface CheckLimits {
  /** Milliseconds for all of it; what has not been tried then is said to be untried. */
  timeoutMs: number;
  /** Milliseconds until the first word of the first answer. */
  firstTokenMs: number;
}

const MOST_CHARACTERS = 4_000;

/** @throws what is no ModelError: a fault of ours */
export async function checkModel(
  given: ModelEndpoint,
  connection: ModelConnection,
  { timeoutMs, firstTokenMs }: CheckLimits,
): Promise<CheckReport> {
  const late = AbortSignal.timeout(timeoutMs);
  const endpoint = await createLimitsFinder().withLimits(given, connection);
  const began = performance.now();
  const learned: LearnedFact[] = [];
  const usages: Usage[] = [];
  let latencyMs: number | undefined;
  const listening: ModelConnection = {
    ...connection,
    learning: {
      ...connection.learning,
      learn(of, facts) {
        learned.push(...facts);
        return connection.learning.learn(of, facts);
      },
    },
  };

  async function ask(
    messages: ChatMessage[],
    { tools = [], mostCharacters = MOST_CHARACTERS, stopAtOnce = false }: Parameters<Checking['ask']>[1] = {},
  ): Promise<Asked> {
    const enough = new AbortController();
    const first = latencyMs === undefined ? AbortSignal.timeout(firstTokenMs) : undefined;
    const signal = AbortSignal.any([enough.signal, late, ...(first === undefined ? [] : [first])]);
    let pieces = 0;
    let characters = 0;
    let endAskedAt = 0;
    const request = {
      ...{ endpoint, messages, tools, signal, cacheKey: 'check' },
      timeouts: { firstTokenMs: timeoutMs, stallMs: timeoutMs },
    };
    try {
      const answer = await streamAnswer(
        request,
        ({ type, text }) => {
          latencyMs ??= Math.round(performance.now() - began);
          if (type === 'text') pieces += 1;
          characters += text.length;
          if (!stopAtOnce && characters <= mostCharacters) return;
          endAskedAt = performance.now();
          enough.abort();
        },
        listening,
      );
      usages.push(answer.usage);
      return { answer, pieces };
    } catch (error) {
      if (enough.signal.aborted) return { pieces, endedMs: performance.now() - endAskedAt };
      // The first word came in time: that clock has nothing to say any more.
      if (first?.aborted && latencyMs === undefined) throw tooSlow(endpoint, firstTokenMs);
      throw error;
    }
  }

  const items: CheckItem[] = [];
  for (const { name, run } of CHECKS) {
    items.push({ name, ...(await outcomeOf(run, { endpoint, ask, usages }, late)) });
    // Where not even a word comes, nothing else is worth a call.
    if (items[0]?.outcome === 'fails') break;
  }
  return { items, learned, ...(latencyMs === undefined ? {} : { latencyMs }) };
}

async function outcomeOf(
  run: (checking: Checking) => Promise<Omit<CheckItem, 'name'>>,
  checking: Checking,
  late: AbortSignal,
): Promise<Omit<CheckItem, 'name'>> {
  if (late.aborted) return { outcome: 'untried', finding: 'There was no time left to try it.' };
  try {
    return await run(checking);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (late.aborted) return { outcome: 'untried', finding: 'It took longer than there was time for.' };
    return { outcome: 'fails', finding: error.message, error };
  }
}

function tooSlow(endpoint: ModelEndpoint, firstTokenMs: number): ModelError {
  const message = `The model server at ${addressOf(endpoint)} took the request and said nothing for ${firstTokenMs / 1000} seconds. It may still be loading the model; try again in a while.`;
  return new ModelError('model_stalled', message, { retryable: true });
}
