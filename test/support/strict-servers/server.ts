/**
 * A strict server: it refuses what its vendor refuses, with that vendor's words, and answers as that vendor does. It
 * remembers what it gave, and knows it again when it comes back.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, chatEvents, type OwnAnswer, outputItems, responsesEvents } from './events.ts';
import { refusedByResponses } from './responses-rules.ts';
import { type Asked, callsOf, type Gave, type Loose, RULES, type Words } from './rules.ts';
import { refusalOf, type StrictServer } from './vendors.ts';

/** What a strict server remembers of its own answers. */
export interface Memory {
  remember(answer: Answer): OwnAnswer;
  gave(message: Loose): Gave[];
}

export function createMemory(): Memory {
  const texts: { text: string; gave: Gave }[] = [];
  const calls = new Map<string, Gave[]>();
  const items = new Map<unknown, Gave>();
  let count = 0;
  return {
    remember(answer) {
      const number = count;
      count += 1;
      const own = { ...answer, number, reasoning: `thought ${number}: π`, signature: `signature-${number}` };
      const gave: Gave = { ...own, output: outputItems(own) };
      items.set(gave.output[0]?.id, gave);
      for (const call of answer.calls ?? [])
        calls.set(keyOf(call), [...(calls.get(keyOf(call)) ?? []), gave]);
      if ((answer.calls ?? []).length === 0) texts.push({ text: answer.text ?? '', gave });
      return own;
    },
    gave(message) {
      if (message.type === 'reasoning') return [items.get(message.id)].filter((gave) => gave !== undefined);
      const made = callsOf(message).map((call) => call.function as { name: string; arguments: string });
      if (made.length > 0) return made.flatMap((call) => calls.get(keyOf(call)) ?? []);
      const content = String(message.content);
      return texts.filter(({ text }) => content.includes(text)).map(({ gave }) => gave);
    },
  };
}

/** A call by its name and what its arguments say, however they are written, in whichever order. */
function keyOf({ name, arguments: text }: { name: string; arguments: string }): string {
  try {
    const parsed = JSON.parse(text) as Loose;
    return `${name} ${typeof parsed.invalid_json === 'string' ? parsed.invalid_json : JSON.stringify(parsed, sorted)}`;
  } catch {
    return `${name} ${text}`; // Arguments that are no JSON.
  }
}

/** A replacer that sorts keys: Postgres stores those of arguments in an order of its own. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The words with which the server refuses this; undefined where it takes it. */
export function refusedBy(server: StrictServer, asked: Asked, path: string): Words | undefined {
  if (path.endsWith('/responses')) return refusedByResponses(asked);
  for (const name of ['calls_have_results', ...server.refuses] as const) {
    const words = RULES[name](asked);
    if (words !== undefined) return words;
  }
  return undefined;
}

export interface RunningServer {
  port: number;
  /** Each request for an answer, and the words of its refusal. */
  seen: { body: Loose; path: string; refused?: Words }[];
  /** What is answered next; asked for each request that is taken. */
  answer: (body: Loose) => Answer;
  close(): Promise<void>;
}

export async function startStrictServer(server: StrictServer): Promise<RunningServer> {
  const memory = createMemory();
  const running: RunningServer = { port: 0, seen: [], answer: () => ({ text: 'Yes.' }), close };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = new URL(request.url ?? '', 'http://x').pathname;
    // What else a model server may be asked, such as its window, this one says nothing of.
    if (!/\/(chat\/completions|responses)$/.test(path)) return void response.writeHead(404).end();
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Loose;
    const refused = refusedBy(server, { body, headers: request.headers, gave: memory.gave }, path);
    running.seen.push({ body, path, ...(refused === undefined ? {} : { refused }) });
    if (refused !== undefined) {
      const refusal = refusalOf(server, refused);
      response.writeHead(refusal.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refusal.body));
      return;
    }
    const answer = running.answer(body);
    const most = Number(body.max_tokens ?? body.max_completion_tokens ?? server.habits.defaultMost ?? 1e9);
    const own = memory.remember(answer);
    const events = path.endsWith('/responses')
      ? responsesEvents(own, server.model)
      : chatEvents(own, server.habits, server.model, (answer.tokens ?? 0) > most);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.join(''));
  }

  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  running.port = (http.address() as AddressInfo).port;

  async function close(): Promise<void> {
    const closed = once(http, 'close');
    http.close();
    http.closeAllConnections();
    await closed;
  }
  return running;
}
