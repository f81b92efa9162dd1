/** B4: a step with a tool that does next to nothing: from the end of one answer to the next request. */
import { textReply } from '../../src/demo-model/reply.ts';
import { newGuest, openNewWork } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { answersSince, lookAround } from '../replies.ts';
import { percentile } from '../statistics.ts';
import { takeTurn } from '../turn.ts';

const TOOLS = 8;

/** A model that answers in no time outruns the workflow; one that takes as long as a fast real one does not. */
const ANSWERS = [
  { how: 'answers at once', delayMs: 0 },
  { how: 'answers in 200 ms', delayMs: 200 },
] as const;

export const b4: Measure = {
  id: 'B4',
  async run(bench) {
    const figures: Figure[] = [];
    for (const answer of ANSWERS) figures.push(...(await toolSteps(bench, answer)));
    return figures;
  },
};

async function toolSteps(
  { model, system, times }: Bench,
  { how, delayMs }: (typeof ANSWERS)[number],
): Promise<Figure[]> {
  model.setScript((request) => ({
    ...(answersSince(request) < TOOLS ? lookAround() : textReply('Done.')),
    delayMs,
  }));
  const account = await newGuest(system.instance().appUrl);
  const steps: number[] = [];
  const turns: number[] = [];
  const warmUp = times(3, 1);
  for (let turn = -warmUp; turn < times(25, 2); turn += 1) {
    // Each in a Work of its own, so that what the model is told stays as short as it was.
    const { chat } = await openNewWork(account);
    const { sentAt, completedAt } = await takeTurn(chat, 'Look around.');
    await chat.close();
    if (turn < 0) continue;
    const requests = model.requests.slice(-TOOLS - 1);
    let stub = 0;
    for (const [index, { receivedAt, endedAt = receivedAt }] of requests.entries()) {
      const next = requests[index + 1];
      stub += endedAt - receivedAt;
      if (next) steps.push(next.receivedAt - endedAt);
    }
    turns.push(completedAt - sentAt - stub);
  }
  return [
    {
      what: `a no-op tool step, model ${how}, p50`,
      value: percentile(steps, 0.5),
      unit: 'ms',
      reach: { most: 25 },
    },
    { what: `a no-op tool step, model ${how}, p99`, value: percentile(steps, 0.99), unit: 'ms' },
    { what: `a turn of ${TOOLS} such steps, model ${how}, p50`, value: percentile(turns, 0.5), unit: 'ms' },
  ];
}
