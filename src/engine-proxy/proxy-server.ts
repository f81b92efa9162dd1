/**
 * The engine as workers see it: a socket behind which only the requests of src/sandbox/docker are answered. Whoever
 * takes a worker over can do with the engine what a run of code could do before, and nothing more.
 */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EngineInfo } from '../sandbox/docker/find-engine.ts';
import { passAttachment } from './attachment.ts';
import { judgeCreate } from './create-rule.ts';
import { type Answer, answerTo, askEngine, send } from './engine-connection.ts';
import { findOwn, judgeFolder } from './own-containers.ts';
import type { Policy } from './policy.ts';
import { type Asked, judgeRequest } from './request-rules.ts';

/** A body of `create` has 20 KB, most of them the filter of system calls. */
const MAX_BODY_BYTES = 256 * 1024;

export interface EngineProxyOptions {
  policy: Policy;
  /** The engine's own socket. */
  engineSocket: string;
  /** Where to listen; what is there is replaced. */
  socket: string;
  /** Takes one line for each request that was refused. */
  onRefused: (line: string) => void;
}

export interface EngineProxy {
  close(): Promise<void>;
}

/** What is answered at once; or a stream of the engine's that goes on. */
type Reply = Answer | { path: string; method: string };

export async function startEngineProxy(options: EngineProxyOptions): Promise<EngineProxy> {
  const { policy, engineSocket, socket, onRefused } = options;

  const refused = (request: IncomingMessage, reason: string): Answer => {
    onRefused(`${request.method} ${(request.url ?? '').slice(0, 300)}: ${reason}`);
    return { status: 403, body: JSON.stringify({ message: `refused by the engine proxy: ${reason}` }) };
  };

  async function replyTo(request: IncomingMessage): Promise<Reply> {
    const judged = judgeRequest(policy, { method: request.method ?? '', url: request.url ?? '' });
    if (!judged.allowed) return refused(request, judged.reason);
    const { asked } = judged;
    switch (asked.kind) {
      case 'ping':
        return askEngine(engineSocket, { method: 'GET', path: '/_ping' });
      case 'info':
        return whatMatters(await askEngine(engineSocket, { method: 'GET', path: '/info' }));
      case 'image':
        return askEngine(engineSocket, { method: 'GET', path: `/images/${policy.image}/json` });
      case 'list':
        return askEngine(engineSocket, { method: 'GET', path: asked.path });
      case 'create':
        return create(request, asked.name);
      default:
        return toOwn(request, asked);
    }
  }

  async function create(request: IncomingMessage, name: string): Promise<Reply> {
    const body = await jsonOf(request);
    if (body === undefined) return refused(request, 'its body is not JSON, or too long');
    const judged = judgeCreate(policy, name, body);
    if (!judged.allowed) return refused(request, judged.reason);
    const folder = await judgeFolder(policy, judged.workspace);
    if (!folder.allowed) return refused(request, folder.reason);
    // Written anew: what was judged is what the engine reads, also where a key stood there twice.
    const json = JSON.stringify(body);
    return askEngine(engineSocket, { method: 'POST', path: `/containers/create?name=${name}`, json });
  }

  async function toOwn(
    request: IncomingMessage,
    asked: Asked & { kind: 'inspect' | 'start' | 'act' },
  ): Promise<Reply> {
    const found = await findOwn(policy, engineSocket, asked.name);
    if (found.kind === 'foreign') return refused(request, 'the container is not of this instance');
    if (found.kind === 'none' || asked.kind === 'inspect') return found.answer;
    if (asked.kind === 'act') return { method: asked.method, path: asked.pathOf(found.id) };
    const folder = await judgeFolder(policy, found.workspace);
    if (!folder.allowed) return refused(request, folder.reason);
    return { method: 'POST', path: `/containers/${found.id}/start` };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await replyTo(request);
    if ('status' in reply) return endWith(response, reply);
    const sent = send(engineSocket, reply);
    // A log that is followed ends with whoever follows it.
    response.once('close', () => sent.destroy());
    const from = await answerTo(sent);
    response.writeHead(from.statusCode ?? 502, contentType(from));
    await pipeline(from, response);
  }

  /** A connection that leaves HTTP: to the standard input of a container that was prepared. */
  async function attach(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const judged = judgeRequest(policy, { method: request.method ?? '', url: request.url ?? '' });
    const isAttach = judged.allowed && judged.asked.kind === 'act' && judged.asked.action === 'attach';
    const reply = isAttach ? await replyTo(request) : refused(request, 'only attach may change the protocol');
    if ('status' in reply) return endRaw(client, reply);
    const bodyBytes = Number(request.headers['content-length'] ?? 0);
    await passAttachment({ engineSocket, path: reply.path, client, head, bodyBytes });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else endWith(response, unreachable(error));
    });
  });
  server.on('upgrade', (request, client: Duplex, head) => {
    client.on('error', () => client.destroy());
    attach(request, client, head).catch((error: Error) => endRaw(client, unreachable(error)));
  });
  await rm(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  // Workers have another user; only they see the folder that the socket is in.
  await chmod(socket, 0o666);

  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** As an engine that is restarting: whoever asks tries again. */
function unreachable(error: Error): Answer {
  const message = `the engine proxy has no answer of the Docker engine: ${error.message}`;
  return { status: 502, body: JSON.stringify({ message }) };
}

function endWith(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function endRaw(client: Duplex, { status, body }: Answer): void {
  const length = Buffer.byteLength(body);
  client.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function contentType({ headers }: IncomingMessage): Record<string, string> {
  return headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] };
}

/** The engine's `info` tells much of its machine; a worker needs only this of it. */
function whatMatters(answer: Answer): Answer {
  if (answer.status !== 200) return answer;
  const info = JSON.parse(answer.body) as EngineInfo;
  const { ServerVersion, OSType, InitCommit, SecurityOptions, MemoryLimit, PidsLimit, CpuCfsQuota } = info;
  const Runtimes = Object.fromEntries(Object.keys(info.Runtimes ?? {}).map((name) => [name, {}]));
  const limits = { MemoryLimit, PidsLimit, CpuCfsQuota };
  const shown = { ServerVersion, OSType, InitCommit, SecurityOptions, Runtimes, ...limits };
  return { status: 200, body: JSON.stringify(shown) };
}

/** @returns undefined where it is no JSON, or too long to be read. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
