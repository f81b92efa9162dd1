/** A contestant behind the protocol of bench/peers/serve.ts. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant, Stored, Watcher } from './contestant.ts';
import { readEvents } from './events.ts';
import type { PeerProcess } from './peer-process.ts';

/** As long as a person would wait for the rest of an answer. */
const TIMEOUT_MS = 45_000;

export function httpPeer(options: {
  name: string;
  url: string;
  /** What its store consists of: rows, events. */
  unit: string;
  process: PeerProcess;
  /** The server that it needs; absent: it needs none. */
  server?: { pid: number } | undefined;
}): Contestant {
  const { name, url, process, server } = options;
  return {
    name,
    tool: 'look',
    // A turn is a conversation of its own; a second one in it would get the same id.
    open: async () => randomUUID(),
    async turn(chat, text, watcher) {
      const sentAt = performance.now();
      const first = await follow(
        fetch(`${url}/turns`, { method: 'POST', body: JSON.stringify({ id: chat, text }) }),
        watcher,
      );
      let { ended, pieces } = first;
      const deadline = performance.now() + TIMEOUT_MS;
      while (!ended && performance.now() < deadline) {
        await delay(50);
        const more = await follow(
          fetch(`${url}/turns/${chat}?from=${pieces}`, {
            signal: AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now()))),
          }),
          watcher,
        );
        ended = more.ended;
        pieces += more.pieces;
      }
      return { sentAt, completedAt: ended ? performance.now() : undefined };
    },
    pids: () => [process.pid(), ...(server ? [server.pid] : [])],
    kill: process.kill,
    recovered: process.ready,
    async stored(chat): Promise<Stored | undefined> {
      const found = (await (await fetch(`${url}/turns/${chat}/stored`)).json()) as Omit<
        Stored,
        'unit'
      > | null;
      return found ? { ...found, unit: options.unit } : undefined;
    },
    stop: process.stop,
  };
}

/** Reads one connection to its end; a connection that breaks is no error, for the next one goes on. */
async function follow(
  request: Promise<Response>,
  { onText }: Watcher,
): Promise<{ ended: boolean; pieces: number }> {
  let ended = false;
  let pieces = 0;
  try {
    for await (const { at, event, data } of readEvents(await request)) {
      if (event === 'done') {
        ended = true;
      } else {
        pieces += 1;
        onText(JSON.parse(data) as string, at);
      }
    }
  } catch {
    return { ended, pieces }; // killed: that is what B14 does to it
  }
  return { ended, pieces };
}
