/** B6: from a stop to the end of the model's socket, and to the end of the turn. */
import { newGuest, openNewWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { pacedTokens } from '../replies.ts';
import { percentile } from '../statistics.ts';

/** Tokens that have come before the stop. */
const TOKENS_BEFORE = 10;

export const b6: Measure = {
  id: 'B6',
  async run({ model, system, times }) {
    model.setScript(() => pacedTokens({ tokens: 10_000, perSecond: 50 }));
    const { chat } = await openNewWork(await newGuest(system.instance().appUrl));
    const sockets: number[] = [];
    const turns: number[] = [];
    for (let turn = times(100, 5); turn > 0; turn -= 1) {
      let tokens = 0;
      const streaming = chat.next(
        (frame) => frame.type === 'event' && frame.kind === 'text.delta' && ++tokens === TOKENS_BEFORE,
        'the text',
      );
      chat.say('Write until I stop you.');
      await streaming;
      const request = model.requests.at(-1);
      const ended = chat.nextEvent('turn.completed');
      const stoppedAt = chat.send({ type: 'stop' });
      const { at, frame } = await ended;
      if (frame.outcome !== 'stopped') throw new Error(`a stopped turn ended as ${frame.outcome}`);
      await request?.ended;
      if (request?.endedAt === undefined) throw new Error('the model was not asked');
      sockets.push(request.endedAt - stoppedAt);
      turns.push(at - stoppedAt);
    }
    await chat.close();
    return [
      { what: "stop → the model's socket closed, p50", value: percentile(sockets, 0.5), unit: 'ms' },
      {
        what: "stop → the model's socket closed, p99",
        value: percentile(sockets, 0.99),
        unit: 'ms',
        reach: { most: 100 },
      },
      { what: 'stop → turn.completed, p50', value: percentile(turns, 0.5), unit: 'ms' },
      {
        what: 'stop → turn.completed, p99',
        value: percentile(turns, 0.99),
        unit: 'ms',
        reach: { most: 300 },
      },
    ];
  },
};
