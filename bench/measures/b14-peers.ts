/** B14, and B17 among its figures: the same turns, with the same model, through PaperAgent and through peers, one after the other in turn. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Contestant } from '../contest/contestant.ts';
import { bringUp, lineUp } from '../contest/line-up.ts';
import { paperAgent } from '../contest/paperagent.ts';
import {
  CROWD,
  crowd,
  killed,
  noSamples,
  type Samples,
  streamed,
  TOKENS,
  TOOLS,
  toolTurn,
} from '../contest/turns.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { median, percentile } from '../statistics.ts';

/** A supervisor that waits before it starts again what died young does so no longer after this. */
const STABLE_MS = 11_000;

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
  for (let round = bench.times(2, 1); round > 0; round -= 1) {
    await everybody((contestant, samples) => crowd(model, contestant, samples));
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

function figuresOf(
  name: string,
  { firstToken, chunkLag, tools, processor, crowdLag, crowdLost, kills, stored, restarts }: Samples,
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
    {
      what: `${name}: chunk lag at ${CROWD} conversations, p50`,
      value: percentile(crowdLag, 0.5),
      unit: 'ms',
      ...(crowdLost > 0 ? { note: `${crowdLost} answers were not whole` } : {}),
    },
    {
      what: `${name}: chunk lag at ${CROWD} conversations, p99`,
      value: percentile(crowdLag, 0.99),
      unit: 'ms',
    },
    {
      what: `${name}: processor time for 1,000 tokens, its servers' included`,
      value: (processor.seconds * 1000 * 1000) / processor.tokens,
      unit: 'ms',
    },
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
