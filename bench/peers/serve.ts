/**
 * The protocol that every peer with a server of ours speaks (README.md), so that one driver measures all.
 * Only Node's own modules: what is measured is the peer, not a web framework.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Turn {
  id: string;
  text: string;
}

export interface Peer {
  /** Begins a turn; resolves when it would survive the process, as far as the peer can promise that. */
  begin(turn: Turn): Promise<void>;
  /** The pieces of a turn's answer from the one with number `from` (from 0), as they come, until the turn ends. */
  read(id: string, from: number): AsyncIterable<string>;
  /** What an ended turn left in the peer's store: rows or events, and their bytes. */
  stored?(id: string): Promise<{ items: number; bytes: number }>;
}

/** Listens on PORT of the environment, on loopback. */
export function serve(peer: Peer): void {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://peer');
    const id = url.pathname.split('/')[2] ?? '';
    if (url.pathname === '/health') {
      response.end('ok');
    } else if (request.method === 'POST') {
      const turn = JSON.parse(await textOf(request)) as Turn;
      await peer.begin(turn);
      await stream(response, peer.read(turn.id, 0));
    } else if (url.pathname.endsWith('/stored')) {
      response.end(JSON.stringify((await peer.stored?.(id)) ?? null));
    } else {
      await stream(response, peer.read(id, Number(url.searchParams.get('from'))));
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  // Whoever started this has gone, however that came about.
  process.stdin.on('end', () => process.exit()).resume();
  server.listen(Number(process.env.PORT), '127.0.0.1');
}

async function stream(response: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for await (const piece of pieces) response.write(`data: ${JSON.stringify(piece)}\n\n`);
  response.end('event: done\ndata: \n\n');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
