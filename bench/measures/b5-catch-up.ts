/** B5: a client comes back after 10,000 tokens: from connecting to the last event that it missed. */
import type { LogEvent } from '../../src/domain/events.ts';
import { newGuest, openChat, openNewWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { pacedTokens } from '../replies.ts';
import { percentile } from '../statistics.ts';
import { takeTurn } from '../turn.ts';

/** Slow enough for nearly every token to be an event of its own: the most that there can be to catch up on. */
const PER_SECOND = 400;

export const b5: Measure = {
  id: 'B5',
  async run({ model, system, times }) {
    const tokens = times(10_000, 1_000);
    model.setScript(() => pacedTokens({ tokens, perSecond: PER_SECOND }));
    const account = await newGuest(system.instance().appUrl);
    let last = 0;
    const { workId, chat } = await openNewWork(account, ({ seq }) => {
      last = seq;
    });
    await takeTurn(chat, 'Write at length.');
    await chat.close();

    const samples: number[] = [];
    let missed = 0;
    for (let attempt = times(30, 3); attempt > 0; attempt -= 1) {
      const caughtUp = Promise.withResolvers<number>();
      missed = 0;
      const onEvent = ({ seq }: LogEvent, at: number) => {
        missed += 1;
        if (seq === last) caughtUp.resolve(at);
      };
      const began = performance.now();
      const returning = await openChat(account, workId, { after: 1, onEvent });
      samples.push((await caughtUp.promise) - began);
      await returning.close();
    }
    return [
      {
        what: `connect → the last of ${tokens} tokens missed, p50`,
        value: percentile(samples, 0.5),
        unit: 'ms',
        reach: { most: 100 },
        note: `${missed} events`,
      },
      { what: 'the same, p99', value: percentile(samples, 0.99), unit: 'ms' },
    ];
  },
};
