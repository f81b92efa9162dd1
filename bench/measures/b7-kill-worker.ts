/** B7: kill -9 of the worker while an answer streams: when the next token comes, and whether any stands there twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { textOf } from '../../src/domain/messages.ts';
import { emptyConversation, reduce } from '../../src/domain/reducer.ts';
import { newGuest, newWork, openChat } from '../client.ts';
import type { Bench, Measure } from '../measure.ts';
import { countedToken, pacedTokens, TOKEN_LENGTH } from '../replies.ts';
import { median } from '../statistics.ts';
import { until } from '../until.ts';

const TOKENS = 150;
const KILLED_AFTER = 40;

/** The supervisor starts one that lived this long again without waiting, as it would in earnest. */
const STABLE_MS = 11_000;

interface Kill {
  /** To the first token of the next attempt, which begins the answer again. */
  nextTokenMs: number;
  /** To the first token that had not been shown before. */
  furtherTokenMs: number;
  /** Tokens that the log voided and the next attempt wrote again. */
  voided: number;
  /** Tokens that stand twice, or not at all, in what the client shows in the end. */
  wrong: number;
  modelCalls: number;
}

export const b7: Measure = {
  id: 'B7',
  async run(bench) {
    const kills: Kill[] = [];
    for (let count = bench.times(7, 1); count > 0; count -= 1) kills.push(await killOnce(bench));
    const p50 = (of: (kill: Kill) => number) => median(kills.map(of));
    const worst = (of: (kill: Kill) => number) => Math.max(...kills.map(of));
    return [
      {
        what: 'kill -9 of the worker → next token, p50',
        value: p50((kill) => kill.nextTokenMs) / 1000,
        unit: 's',
        reach: { most: 1.5 },
      },
      { what: 'the same, worst', value: worst((kill) => kill.nextTokenMs) / 1000, unit: 's' },
      {
        what: 'kill → first token not shown before, p50',
        value: p50((kill) => kill.furtherTokenMs) / 1000,
        unit: 's',
      },
      {
        what: 'tokens shown twice or missing',
        value: worst((kill) => kill.wrong),
        unit: 'tokens',
        reach: { most: 0 },
        note: `${p50((kill) => kill.voided)} were voided by step.superseded and streamed anew; ${worst((kill) => kill.modelCalls)} model calls`,
      },
    ];
  },
};

async function killOnce(bench: Bench): Promise<Kill> {
  const { system, model } = bench;

  await delay(STABLE_MS);
  model.setScript(() => pacedTokens({ tokens: TOKENS, perSecond: 50 }));
  const callsBefore = model.count();
  const account = await newGuest(system.instance().appUrl);
  const killed = Promise.withResolvers<number>();
  let killedAt: number | undefined;
  let nextAt: number | undefined;
  let furtherAt: number | undefined;
  let shown = 0;
  let superseded = false;
  let conversation = emptyConversation;
  const workId = await newWork(account);
  const victim = system.pid('worker');
  const chat = await openChat(account, workId, {
    after: 0,
    onEvent(event, at) {
      conversation = reduce(conversation, event);
      if (event.kind === 'step.superseded') superseded = true;
      if (event.kind !== 'text.delta') return;
      const length = answer().length / TOKEN_LENGTH;
      if (superseded) nextAt ??= at;
      else shown = length;
      if (killedAt !== undefined && length > shown) furtherAt ??= at;
      if (killedAt === undefined && length >= KILLED_AFTER) {
        process.kill(victim, 'SIGKILL');
        killedAt = performance.now();
        killed.resolve(killedAt);
      }
    },
  });
  const answer = () =>
    conversation.messages
      .filter(({ role }) => role === 'assistant')
      .map(textOf)
      .join('');
  const completed = chat.nextEvent('turn.completed');
  chat.say('Write, whatever happens.');
  await killed.promise;
  await completed;
  await chat.close();
  await until(() => (isOther(system.instance().pids.worker, victim) ? true : undefined), {
    what: 'another worker',
    withinMs: 30_000,
  });
  if (killedAt === undefined || nextAt === undefined || furtherAt === undefined) {
    throw new Error('no token came after the worker was killed');
  }
  const expected = Array.from({ length: TOKENS }, (_, index) => countedToken(index)).join('');
  return {
    nextTokenMs: nextAt - killedAt,
    furtherTokenMs: furtherAt - killedAt,
    voided: shown,
    wrong: wrongTokens(answer(), expected),
    modelCalls: model.count() - callsBefore,
  };
}

function isOther(pid: number | undefined, victim: number): boolean {
  return pid !== undefined && pid !== victim;
}

/** Tokens by which two texts differ, wherever they stand. */
function wrongTokens(text: string, expected: string): number {
  const places = Math.max(text.length, expected.length);
  let wrong = 0;
  for (let from = 0; from < places; from += TOKEN_LENGTH) {
    if (text.slice(from, from + TOKEN_LENGTH) !== expected.slice(from, from + TOKEN_LENGTH)) wrong += 1;
  }
  return wrong;
}
