/** The turns that every contestant is asked for in B14, and what is noted of them. */
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import type { ScriptedModel } from '../../src/demo-model/server.ts';
import { cpuOfTree, cpuSince } from '../processes.ts';
import { answersSince, lastSaid, pacedTokens, TOKEN_LENGTH } from '../replies.ts';
import { sum } from '../statistics.ts';
import type { Contestant, Stored } from './contestant.ts';

export const TOKENS = 200;
const PER_SECOND = 100;
export const TOOLS = 8;
const KILLED_AFTER = 100;
export const CROWD = 50;
const CROWD_TOKENS = 100;
const CROWD_PER_SECOND = 20;

export interface Samples {
  firstToken: number[];
  chunkLag: number[];
  tools: number[];
  /** Processor seconds of all its processes in the turns that were streamed, and the tokens of those. */
  processor: { seconds: number; tokens: number };
  /** Milliseconds that tokens waited while 50 conversations went on at once, and how many of those were not whole. */
  crowdLag: number[];
  crowdLost: number;
  kills: Kill[];
  stored: Stored | undefined;
  /** Turns that began their answer anew although nobody killed anything: they are in no figure. */
  restarts: number;
}

export const noSamples = (): Samples => ({
  firstToken: [],
  chunkLag: [],
  tools: [],
  processor: { seconds: 0, tokens: 0 },
  crowdLag: [],
  crowdLost: 0,
  kills: [],
  stored: undefined,
  restarts: 0,
});

export interface Kill {
  /** To the first token that had not been shown; undefined where none came. */
  newTokenMs: number | undefined;
  /** Tokens that came once more. */
  again: number;
  /** Of those, the ones that stand there twice: nobody said that the first are void. */
  twice: number;
  modelCalls: number;
}

/** 200 tokens, 10 ms apart: to the first of them, and what each later one waits on its way. */
export async function streamed(
  model: ScriptedModel,
  contestant: Contestant,
  samples: Samples,
): Promise<void> {
  const written: number[] = [];
  model.setScript(() =>
    pacedTokens({ tokens: TOKENS, perSecond: PER_SECOND }, (_index, at) => written.push(at)),
  );
  const chat = await contestant.open();
  const seen = lagOf(written, samples.chunkLag);
  const before = new Map(contestant.pids().flatMap((pid) => [...cpuOfTree(pid)]));
  const { sentAt, completedAt } = await contestant.turn(chat, 'Write.', seen);
  // What a false alarm costs is no figure of a quiet turn; it is counted, and said.
  if (seen.restarted) {
    samples.restarts += 1;
    return;
  }
  const { firstAt, tokens } = seen;
  if (completedAt === undefined || firstAt === undefined || tokens !== TOKENS)
    throw new Error(`${tokens} of ${TOKENS} tokens came`);
  const [request] = model.requests.slice(-1);
  const stub = (written[0] ?? Number.NaN) - (request?.receivedAt ?? Number.NaN);
  samples.firstToken.push(firstAt - sentAt - stub);
  samples.processor.seconds += cpuSince(before);
  samples.processor.tokens += TOKENS;
  samples.stored = (await contestant.stored(chat)) ?? samples.stored;
}

/** What a person sees of counted tokens: when the first came, and what each later one has waited on its way. */
function lagOf(written: readonly number[], lags: number[]) {
  let characters = 0;
  const seen = {
    firstAt: undefined as number | undefined,
    restarted: false,
    get tokens() {
      return characters / TOKEN_LENGTH;
    },
    onText(text: string, at: number) {
      const before = Math.floor(characters / TOKEN_LENGTH);
      characters += text.length;
      seen.firstAt ??= at;
      for (let token = Math.max(1, before); token < Math.floor(characters / TOKEN_LENGTH); token += 1) {
        lags.push(at - (written[token] ?? Number.NaN));
      }
    },
    onRestart() {
      seen.restarted = true;
    },
  };
  return seen;
}

/** 50 conversations at once, each of which streams 20 tokens a second: what every token but the first waits. */
export async function crowd(model: ScriptedModel, contestant: Contestant, samples: Samples): Promise<void> {
  const writtenOf = Array.from({ length: CROWD }, (): number[] => []);
  model.setScript((request) => {
    const number = Number(/conversation (\d+)/.exec(lastSaid(request))?.[1]);
    return pacedTokens({ tokens: CROWD_TOKENS, perSecond: CROWD_PER_SECOND }, (_index, at) =>
      writtenOf[number]?.push(at),
    );
  });
  const turns = await Promise.all(
    writtenOf.map(async (written, number) => ({
      ...{ chat: await contestant.open(), say: `Write conversation ${number}.` },
      seen: lagOf(written, samples.crowdLag),
    })),
  );
  const ended = await Promise.all(turns.map(({ chat, say, seen }) => contestant.turn(chat, say, seen)));
  samples.crowdLost += turns.filter(
    ({ seen }, index) => ended[index]?.completedAt === undefined || seen.tokens < CROWD_TOKENS,
  ).length;
}

/** Eight calls of a tool that does nothing, one an answer, and a final word: without the model's own time. */
export async function toolTurn(
  model: ScriptedModel,
  contestant: Contestant,
  samples: Samples,
): Promise<void> {
  const args = contestant.tool === 'tree' ? { path: null } : {};
  model.setScript((request) => {
    const done = answersSince(request);
    return done < TOOLS
      ? { kind: 'stream', steps: callTool(0, `call_${done}`, contestant.tool, args) }
      : textReply('Done.');
  });
  const chat = await contestant.open();
  const callsBefore = model.count();
  const { sentAt, completedAt } = await contestant.turn(chat, 'Look around.', IGNORE);
  const made = model.count() - callsBefore;
  if (completedAt === undefined || made !== TOOLS + 1)
    throw new Error(`${made} model calls for ${TOOLS} tools`);
  const stub = sum(
    model.requests.slice(-made).map(({ receivedAt, endedAt = receivedAt }) => endedAt - receivedAt),
  );
  samples.tools.push(completedAt - sentAt - stub);
}

const IGNORE = { onText() {}, onRestart() {} };

export async function killed(model: ScriptedModel, contestant: Contestant): Promise<Kill> {
  model.setScript(() => pacedTokens({ tokens: TOKENS, perSecond: PER_SECOND }));
  const callsBefore = model.count();
  const chat = await contestant.open();
  let text = '';
  let killedAt: number | undefined;
  let newAt: number | undefined;
  let dying: Promise<void> | undefined;
  /** Of the tokens that have come, by their number, how often. */
  const seen = new Map<number, number>();
  let again = 0;
  let voided = 0;
  await contestant.turn(chat, 'Write, whatever happens.', {
    onText(piece, at) {
      text += piece;
      for (; text.length >= TOKEN_LENGTH; text = text.slice(TOKEN_LENGTH)) {
        const token = Number(text.slice(0, TOKEN_LENGTH));
        const times = (seen.get(token) ?? 0) + 1;
        seen.set(token, times);
        if (times > 1) again += 1;
        // What was on its way already is shown after a kill, too; new is what a new attempt has written.
        else if (model.count() - callsBefore > 1) newAt ??= at;
      }
      if (killedAt === undefined && seen.size >= KILLED_AFTER) {
        killedAt = performance.now();
        dying = contestant.kill();
      }
    },
    onRestart() {
      voided = seen.size;
      text = '';
    },
  });
  await dying;
  await contestant.recovered();
  if (killedAt === undefined) throw new Error(`only ${seen.size} tokens came, too few to kill it amid them`);
  return {
    newTokenMs: newAt === undefined ? undefined : newAt - killedAt,
    again,
    twice: Math.max(0, again - voided),
    modelCalls: model.count() - callsBefore,
  };
}
