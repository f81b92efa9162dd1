/** Model servers that mean harm: each answers every request in its own way, with as much as it is let. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface EvilModel {
  url: string;
  /** Requests so far. */
  count(): number;
  /** Those that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** Writes until it has said all of it or the client is gone. */
export type Evil = (response: ServerResponse, isGone: () => boolean) => Promise<void>;

export async function startEvilModel(answer: Evil): Promise<EvilModel> {
  let count = 0;
  let open = 0;
  const server = createServer((request, response) => {
    count += 1;
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    response.on('error', () => {}); // its client is gone
    request.resume().on('end', () => {
      void answer(response, () => response.destroyed).finally(() => response.end());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    count: () => count,
    open: () => open,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...more }] })}\n\n`;

/** Resolves once more may be written, or nobody reads any more. */
async function write(out: Writable, text: string): Promise<void> {
  if (out.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      out.off('drain', done).off('close', done);
      resolve();
    };
    out.on('drain', done).on('close', done);
  });
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

async function whole(response: ServerResponse, isGone: () => boolean, piece: string, bytes: number) {
  response.writeHead(200, { 'content-type': 'application/json' });
  await write(response, '{"a":[');
  const block = piece.repeat(65_536);
  for (let sent = 0; sent < bytes && !isGone(); sent += block.length) await write(response, block);
}

/** The ways, by name. */
export const EVILS: Record<string, Evil> = {
  'a body of 32 MiB of empty lists': (response, isGone) => whole(response, isGone, '[],', 32 * 1024 ** 2),
  'a body of 32 MiB of opened lists': (response, isGone) => whole(response, isGone, '[', 32 * 1024 ** 2),
  async 'four million pieces of text and reasoning in turn'(response, isGone) {
    stream(response);
    const pair = chunk({ content: 'a' }) + chunk({ reasoning_content: 'b' });
    for (let n = 0; n < 2_000_000 && !isGone(); n += 100) await write(response, pair.repeat(100));
  },
  async 'three megabytes of arguments and twenty thousand closing brackets'(response, isGone) {
    stream(response);
    const call = (args: string) =>
      chunk({ tool_calls: [{ index: 0, id: 'c0', function: { name: 'tree', arguments: args } }] });
    await write(response, call(`{"path":"${'x'.repeat(3 * 1024 ** 2)}"`));
    for (let n = 0; n < 20_000 && !isGone(); n += 100) await write(response, call('}').repeat(100));
    await write(response, chunk({}, { finish_reason: 'tool_calls' }));
  },
  async 'a line of data without an end'(response, isGone) {
    stream(response);
    const block = 'x'.repeat(65_536);
    await write(response, 'data: "');
    for (let n = 0; n < 8_192 && !isGone(); n += 1) await write(response, block);
  },
  async 'lines of data without the end of their event'(response, isGone) {
    stream(response);
    const block = 'data: x\n'.repeat(8_192);
    for (let n = 0; n < 4_096 && !isGone(); n += 1) await write(response, block);
  },
  async 'interim answers without end'(response, isGone) {
    const block = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_024);
    for (let n = 0; n < 100_000 && !isGone(); n += 1) {
      if (response.socket) await write(response.socket, block);
    }
  },
  async 'usage that is no number of tokens'(response) {
    stream(response);
    await write(response, chunk({ content: 'Well.' }, { finish_reason: 'stop' }));
    const usage = { prompt_tokens: 1e300, completion_tokens: -5e9, total_tokens: 1.5 };
    await write(response, `data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
  },
};

/** A token each while, for as long as one listens. */
export const drip: Evil = async (response, isGone) => {
  stream(response);
  while (!isGone()) {
    await write(response, chunk({ content: 'a ' }));
    await delay(1_000, undefined, { ref: false });
  }
};
