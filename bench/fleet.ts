/** Many Works that stream at once, each watched over its own WebSockets, and what reached them. */
import type { LogEvent } from '../src/domain/events.ts';
import { type Account, type Chat, newGuest, newWork, openChat } from './client.ts';
import type { Bench } from './measure.ts';
import { lastSaid, pacedTokens, TOKEN_LENGTH } from './replies.ts';

export interface Load {
  works: number;
  /** Sockets on each Work. */
  viewers: number;
  tokens: number;
  perSecond: number;
}

export interface Streamed {
  /** Milliseconds from the stub's write of a token to its arrival, of every token but each stream's first. */
  lags: number[];
  /** Tokens that did not reach a viewer, and events out of order. */
  lost: number;
}

interface Viewer {
  chat: Chat;
  received: number;
  lastSeq: number;
}

/**
 * Streams the load. `whileStreaming` runs from the moment when every Work writes, with a count of the events that
 * have been delivered so far.
 */
export async function streamAtOnce(
  bench: Bench,
  { works, viewers, tokens, perSecond }: Load,
  whileStreaming: (delivered: () => number) => Promise<void> = async () => {},
): Promise<Streamed> {
  const { appUrl } = bench.system.instance();
  const lags: number[] = [];
  let delivered = 0;
  let lost = 0;
  const written: number[][] = Array.from({ length: works }, () => []);
  bench.model.setScript((request) => {
    const times = written[Number(lastSaid(request))];
    return pacedTokens({ tokens, perSecond }, (_index, at) => times?.push(at));
  });

  async function watch(account: Account, workId: string, times: number[]): Promise<Viewer> {
    const viewer: Viewer = { chat: undefined as never, received: 0, lastSeq: 0 };
    const onEvent = (event: LogEvent, at: number) => {
      delivered += 1;
      if (viewer.lastSeq !== 0 && event.seq !== viewer.lastSeq + 1) lost += 1;
      viewer.lastSeq = event.seq;
      if (event.kind !== 'text.delta') return;
      const until = viewer.received + event.text.length / TOKEN_LENGTH;
      for (; viewer.received < until; viewer.received += 1) {
        const writtenAt = times[viewer.received];
        if (writtenAt !== undefined && viewer.received > 0) lags.push(at - writtenAt);
      }
    };
    viewer.chat = await openChat(account, workId, { onEvent });
    return viewer;
  }

  const watched = await Promise.all(
    written.map(async (times) => {
      // A person each: messages of one account are counted one after the other.
      const account = await newGuest(appUrl);
      const workId = await newWork(account);
      return await Promise.all(Array.from({ length: viewers }, () => watch(account, workId, times)));
    }),
  );
  const all = watched.flat();
  const begun = watched.map(([first]) => first?.chat.nextEvent('text.delta'));
  const ended = all.map(({ chat }) => chat.nextEvent('turn.completed'));
  watched.forEach(([first], index) => {
    first?.chat.say(String(index));
  });
  await Promise.all(begun);
  await whileStreaming(() => delivered);
  await Promise.all(ended);
  for (const { received } of all) lost += tokens - received;
  await Promise.all(all.map(({ chat }) => chat.close()));
  return { lags, lost };
}
