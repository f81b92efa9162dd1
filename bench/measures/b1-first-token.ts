/** B1: from sending a message to its answer's first token, without what the model took for it. */
import { textReply } from '../../src/demo-model/reply.ts';
import { type Account, newGuest, openNewWork } from '../client.ts';
import type { Bench, Measure } from '../measure.ts';
import { percentile } from '../statistics.ts';
import { readTheAnswer, takeTurn } from '../turn.ts';

const TARGET = { p50: { most: 20 }, p99: { most: 60 } };

export const b1: Measure = {
  id: 'B1',
  async run(bench) {
    bench.model.setScript(() => textReply('Yes, certainly.'));
    const account = await newGuest(bench.system.instance().appUrl);
    const { chat } = await openNewWork(account);
    for (let turn = bench.times(20, 3); turn > 0; turn -= 1) await timeToFirstToken(bench, chat);
    const samples: number[] = [];
    for (let turn = bench.times(150, 10); turn > 0; turn -= 1) {
      samples.push(await timeToFirstToken(bench, chat));
    }
    await chat.close();
    const first = await inNewWorks(bench, account);
    return [
      { what: 'send → first token, p50', value: percentile(samples, 0.5), unit: 'ms', reach: TARGET.p50 },
      { what: 'send → first token, p99', value: percentile(samples, 0.99), unit: 'ms', reach: TARGET.p99 },
      { what: 'the same in a new Work, p50', value: percentile(first, 0.5), unit: 'ms' },
    ];
  },
};

/** Of the first message of a Work, whose workflow is started with it. */
async function inNewWorks(bench: Bench, account: Account): Promise<number[]> {
  const samples: number[] = [];
  for (let work = bench.times(30, 3); work > 0; work -= 1) {
    const { chat } = await openNewWork(account);
    samples.push(await timeToFirstToken(bench, chat));
    await chat.close();
  }
  return samples;
}

async function timeToFirstToken({ model }: Bench, chat: Parameters<typeof takeTurn>[0]): Promise<number> {
  await readTheAnswer();
  const { sentAt, firstTokenAt } = await takeTurn(chat, 'Is it?');
  const request = model.requests.at(-1);
  if (request?.firstByteAt === undefined) throw new Error('the model was not asked');
  return firstTokenAt - sentAt - (request.firstByteAt - request.receivedAt);
}
