/** B3: from sending a message to its ack: it cannot be lost any more. */
import { textReply } from '../../src/demo-model/reply.ts';
import { newGuest, openNewWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { percentile } from '../statistics.ts';
import { readTheAnswer, takeTurn } from '../turn.ts';

export const b3: Measure = {
  id: 'B3',
  async run(bench) {
    bench.model.setScript(() => textReply('Yes.'));
    const { chat } = await openNewWork(await newGuest(bench.system.instance().appUrl));
    for (let turn = bench.times(20, 3); turn > 0; turn -= 1) await takeTurn(chat, 'Is it?');
    const samples: number[] = [];
    for (let turn = bench.times(100, 10); turn > 0; turn -= 1) {
      await readTheAnswer();
      const { sentAt, ackAt } = await takeTurn(chat, 'Is it?');
      samples.push(ackAt - sentAt);
    }
    await chat.close();
    return [
      { what: 'send → ack, p50', value: percentile(samples, 0.5), unit: 'ms', reach: { most: 10 } },
      { what: 'send → ack, p99', value: percentile(samples, 0.99), unit: 'ms' },
    ];
  },
};
