/** B14: the same turns, with the same model, through PaperAgent and through peers, one after the other in turn. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import type { ScriptedModel } from '../../src/demo-model/server.ts';
import type { Contestant, Stored } from '../contest/contestant.ts';
import { bringUp, lineUp } from '../contest/line-up.ts';
import { paperAgent } from '../contest/paperagent.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { answersSince, pacedTokens, TOKEN_LENGTH } from '../replies.ts';
import { median, percentile, sum } from '../statistics.ts';

const TOKENS = 200;
const PER_SECOND = 100;
const TOOLS = 8;
const KILLED_AFTER = 100;

/** A supervisor that waits before it starts again what died young does so no longer after this. */
const STABLE_MS = 11_000;

interface Samples {
  firstToken: number[];
  chunkLag: number[];
  tools: number[];
  kills: Kill[];
  stored: Stored | undefined;
  /** Turns that began their answer anew although nobody killed anything: they are in no figure. */
  restarts: number;
}

const noSamples = (): Samples => ({
  firstToken: [],
  chunkLag: [],
  tools: [],
  kills: [],
  stored: undefined,
  restarts: 0,
});

interface Kill {
  /** To the first token that had not been shown; undefined where none came. */
  newTokenMs: number | undefined;
  /** Tokens that came once more. */
  again: number;
  /** Of those, the ones that stand there twice: nobody said that the first are void. */
  twice: number;
  modelCalls: number;
}

export const b14: Measure = {
  id: 'B14',
  async run(bench) {
    const dir = await mkdtemp(join(tmpdir(), 'paperagent-peers-'));
    await chmod(dir, 0o755);
    const contestants: Contestant[] = [];
    const figures: Figure[] = [];
    try {
      contestants.push(await paperAgent(bench.system));
      for (const entry of lineUp) {
        const ground = { modelUrl: bench.model.url, dir: join(dir, entry.folder), say: bench.say };
        await mkdir(ground.dir);
        try {
          contestants.push(await bringUp(entry, ground));
        } catch (error) {
          figures.push(absent(entry.folder, error));
        }
      }
      figures.unshift(...(await contest(bench, contestants)));
      return figures;
    } finally {
      for (const contestant of contestants) await contestant.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

/** Rounds in which each takes its turn: what the machine does meanwhile falls on all alike. */
async function contest(bench: Bench, contestants: Contestant[]): Promise<Figure[]> {
  const failed = new Map<Contestant, unknown>();
  const all = contestants.map((contestant) => ({
    contestant,
    samples: noSamples(),
  }));
  const everybody = async (measure: (contestant: Contestant, samples: Samples) => Promise<void>) => {
    for (const { contestant, samples } of all) {
      if (failed.has(contestant)) continue;
      try {
        await measure(contestant, samples);
      } catch (error) {
        bench.say(`${contestant.name}: ${String(error)}`);
        failed.set(contestant, error);
      }
    }
  };
  const { model } = bench;
  await everybody(async (contestant) => {
    // Warm: compiled, connected.
    const unused = noSamples();
    for (let turn = bench.times(3, 1); turn > 0; turn -= 1) await streamed(model, contestant, unused);
    await toolTurn(model, contestant, unused);
  });
  for (let round = bench.times(15, 2); round > 0; round -= 1) {
    await everybody((contestant, samples) => streamed(model, contestant, samples));
    await everybody((contestant, samples) => toolTurn(model, contestant, samples));
  }
  for (let round = bench.times(3, 1); round > 0; round -= 1) {
    bench.say(`B14: killing each, ${round} to go`);
    await everybody(async (contestant, samples) => {
      samples.kills.push(await killed(model, contestant));
    });
    await delay(STABLE_MS);
  }
  return all.flatMap(({ contestant, samples }) =>
    failed.has(contestant)
      ? [absent(contestant.name, failed.get(contestant))]
      : figuresOf(contestant.name, samples),
  );
}

/** 200 tokens, 10 ms apart: to the first of them, and what each later one waits on its way. */
async function streamed(model: ScriptedModel, contestant: Contestant, samples: Samples): Promise<void> {
  const written: number[] = [];
  model.setScript(() =>
    pacedTokens({ tokens: TOKENS, perSecond: PER_SECOND }, (_index, at) => written.push(at)),
  );
  const chat = await contestant.open();
  let characters = 0;
  let firstAt: number | undefined;
  let restarted = false;
  const { sentAt, completedAt } = await contestant.turn(chat, 'Write.', {
    onText(text, at) {
      const before = Math.floor(characters / TOKEN_LENGTH);
      characters += text.length;
      firstAt ??= at;
      for (let token = Math.max(1, before); token < Math.floor(characters / TOKEN_LENGTH); token += 1) {
        samples.chunkLag.push(at - (written[token] ?? Number.NaN));
      }
    },
    onRestart() {
      restarted = true;
    },
  });
  // What a false alarm costs is no figure of a quiet turn; it is counted, and said.
  if (restarted) {
    samples.restarts += 1;
    return;
  }
  if (completedAt === undefined || firstAt === undefined || characters !== TOKENS * TOKEN_LENGTH) {
    throw new Error(`${characters / TOKEN_LENGTH} of ${TOKENS} tokens came`);
  }
  const [request] = model.requests.slice(-1);
  const stub = (written[0] ?? Number.NaN) - (request?.receivedAt ?? Number.NaN);
  samples.firstToken.push(firstAt - sentAt - stub);
  samples.stored = (await contestant.stored(chat)) ?? samples.stored;
}

/** Eight calls of a tool that does nothing, one an answer, and a final word: without the model's own time. */
async function toolTurn(model: ScriptedModel, contestant: Contestant, samples: Samples): Promise<void> {
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

async function killed(model: ScriptedModel, contestant: Contestant): Promise<Kill> {
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

function figuresOf(
  name: string,
  { firstToken, chunkLag, tools, kills, stored, restarts }: Samples,
): Figure[] {
  const came = kills.flatMap(({ newTokenMs }) => newTokenMs ?? []);
  const again = `${median(kills.map((kill) => kill.again))} tokens came again, ${median(kills.map((kill) => kill.twice))} stand twice, ${median(kills.map((kill) => kill.modelCalls))} model calls; ${came.length} of ${kills.length} turns went on`;
  return [
    {
      what: `${name}: send → first token, p50`,
      value: percentile(firstToken, 0.5),
      unit: 'ms',
      note: `${firstToken.length} turns${restarts > 0 ? `; ${restarts} more began anew by themselves` : ''}`,
    },
    { what: `${name}: chunk lag, p50`, value: percentile(chunkLag, 0.5), unit: 'ms' },
    { what: `${name}: chunk lag, p99`, value: percentile(chunkLag, 0.99), unit: 'ms' },
    { what: `${name}: a turn of ${TOOLS} no-op tools, p50`, value: percentile(tools, 0.5), unit: 'ms' },
    came.length > 0
      ? {
          what: `${name}: kill -9 → next new token, p50`,
          value: median(came) / 1000,
          unit: 's',
          note: again,
        }
      : { what: `${name}: kill -9, turns lost`, value: kills.length, unit: 'runs', note: again },
    ...(stored
      ? [
          {
            what: `${name}: store of a turn of ${TOKENS} tokens`,
            value: stored.bytes / 1000,
            unit: 'KB' as const,
            note: `${stored.items} ${stored.unit}`,
          },
        ]
      : []),
  ];
}

function absent(name: string, error: unknown): Figure {
  return { what: `${name} could not be measured`, value: 0, unit: 'runs', note: String(error) };
}
