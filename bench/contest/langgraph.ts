/** LangGraph's dev server as a contestant, over its own HTTP interface; no client library between. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant, Watcher } from './contestant.ts';
import { readEvents } from './events.ts';
import { type PeerProcess, peerFolder } from './peer-process.ts';

/** Where the dev server keeps threads and checkpoints: files that it writes every few seconds and when it ends. */
const STORE = join(peerFolder('langgraph'), '.langgraph_api');

/** A server that holds its runs in memory has lost them; this long it is asked nevertheless. */
const TIMEOUT_MS = 15_000;

export async function forgetLangGraph(): Promise<void> {
  await rm(STORE, { recursive: true, force: true });
}

export function langGraph(name: string, url: string, process: PeerProcess): Contestant {
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  let sizeBefore = 0;
  return {
    name,
    tool: 'look',
    async open() {
      sizeBefore = await storeSize();
      return ((await (await post('/threads', {})).json()) as { thread_id: string }).thread_id;
    },
    async turn(thread, text, watcher) {
      const sentAt = performance.now();
      const request = post(`/threads/${thread}/runs/stream`, {
        assistant_id: 'agent',
        input: { messages: [{ role: 'user', content: text }] },
        stream_mode: ['messages-tuple'],
        stream_resumable: true,
      });
      const run = { id: '', lastEvent: '' };
      let ended = await follow(request, run, watcher);
      const deadline = performance.now() + TIMEOUT_MS;
      while (!ended && performance.now() < deadline) {
        await delay(50);
        const again = fetch(`${url}/threads/${thread}/runs/${run.id}/stream`, {
          headers: run.lastEvent === '' ? {} : { 'last-event-id': run.lastEvent },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        ended = await follow(again, run, watcher);
      }
      return { sentAt, completedAt: ended ? performance.now() : undefined };
    },
    pids: () => [process.pid()],
    kill: process.kill,
    recovered: process.ready,
    async stored() {
      const grown = (await storeSize()) - sizeBefore;
      return grown > 0 ? { items: 1, unit: 'rewrite of its files', bytes: grown } : undefined;
    },
    async stop() {
      await process.stop();
      await forgetLangGraph();
    },
  };
}

/** Whether the run came to its end on this connection. */
async function follow(
  request: Promise<Response>,
  run: { id: string; lastEvent: string },
  { onText }: Watcher,
): Promise<boolean> {
  let ended = false;
  try {
    for await (const { at, event, data, id } of readEvents(await request)) {
      if (id !== undefined) run.lastEvent = id;
      if (event === 'metadata') run.id = (JSON.parse(data) as { run_id: string }).run_id;
      if (event === 'end') ended = true;
      if (event === 'error') throw new Error(data);
      if (event !== 'messages') continue;
      const [message] = JSON.parse(data) as [{ type: string; content: unknown }];
      if (message.type === 'ai' && typeof message.content === 'string' && message.content !== '')
        onText(message.content, at);
    }
    // The dev server says no more than that there is nothing more to say.
    return ended || run.id !== '';
  } catch {
    return false; // killed: that is what B14 does to it
  }
}

async function storeSize(): Promise<number> {
  let total = 0;
  for (const file of await readdir(STORE).catch(() => [])) total += (await stat(join(STORE, file))).size;
  return total;
}
