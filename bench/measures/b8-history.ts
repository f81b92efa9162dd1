/**
 * B8: what a model step with one tool call costs in Temporal's history, and that no conversation stands in it. Steps that
 * take a moment share an activity (src/activities/eager-start.ts), so a turn is counted, and its steps have equal parts.
 */
import type { Client } from '@temporalio/client';
import { callTool, say, splitEvery, textReply } from '../../src/demo-model/reply.ts';
import { type Account, newGuest, openNewWork } from '../client.ts';
import { newestTurn, openTemporal, type TurnHistory } from '../history.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { answersSince } from '../replies.ts';
import { takeTurn } from '../turn.ts';

/** Model steps with a tool call in each turn, then a final answer. */
const TOOLS = 3;

/** Words that stand in what was said, and must stand nowhere else. */
const SPOKEN = 'pamphlet';
const ANSWERED = 'quixotry';

export const b8: Measure = {
  id: 'B8',
  async run(bench) {
    const instance = bench.system.instance();
    const client = await openTemporal(instance.temporalAddress);
    const account = await newGuest(instance.appUrl);
    try {
      const turns = bench.times(100, 3);
      const short = await talk(bench, client, account, { words: 10, turns });
      const long = await talk(bench, client, account, { words: bench.times(100_000, 10_000), turns: 1 });
      return [
        ...figures('10 words, turn 1', short.first),
        ...figures(`10 words, turn ${turns}`, short.last),
        ...figures(`${bench.times(100_000, 10_000)} words, turn 1`, long.first),
        {
          what: "the conversation's words in the histories",
          value: Number(short.spoke) + Number(long.spoke),
          unit: 'events',
          reach: { most: 0 },
        },
      ];
    } finally {
      await client.connection.close();
    }
  },
};

interface Talk {
  first: TurnHistory;
  last: TurnHistory;
  /** Whether a history held a word of the conversation. */
  spoke: boolean;
}

async function talk(
  { model }: Bench,
  client: Client,
  account: Account,
  { words, turns }: { words: number; turns: number },
): Promise<Talk> {
  const text = `${ANSWERED} `.repeat(words);
  model.setScript((request) => {
    const pieces = say(text, splitEvery(4096));
    if (answersSince(request) >= TOOLS) return textReply(text, { steps: pieces });
    return { kind: 'stream', steps: [...pieces, ...callTool(0, 'call_0', 'tree', { path: null })] };
  });
  const { workId, chat } = await openNewWork(account);
  // A frame holds 64 KiB at most: the model says the rest.
  const said = `${SPOKEN} `.repeat(Math.min(words, 5_000));
  let first: TurnHistory | undefined;
  let last: TurnHistory | undefined;
  let spoke = false;
  for (let turn = 1; turn <= turns || last === undefined; turn += 1) {
    await takeTurn(chat, said);
    if (turn > 1 && turn < turns) continue;
    last = await settled(client, workId);
    first ??= last;
    spoke ||= [SPOKEN, ANSWERED].some((word) => last?.encoded.includes(word));
  }
  await chat.close();
  if (first === undefined || last === undefined) throw new Error('a turn left no history');
  return { first, last, spoke };
}

/** The turn's history once the workflow has taken its last activity's result: the client hears of the end first. */
async function settled(client: Client, workId: string): Promise<TurnHistory | undefined> {
  for (let before = -1; ; ) {
    const found = await newestTurn(client, workId);
    if (found === undefined || found.turn.events === before) return found;
    before = found.turn.events;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function figures(when: string, { turn }: TurnHistory): Figure[] {
  return [
    {
      what: `history of a step with a tool call, ${when}`,
      value: turn.events / TOOLS,
      unit: 'events',
      reach: { most: 12 },
      note: `${turn.events} for a turn of ${TOOLS} and a final answer`,
    },
    { what: 'its size', value: turn.bytes / TOOLS / 1024, unit: 'KB', reach: { most: 3 } },
  ];
}
