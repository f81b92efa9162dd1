/**
 * A scripted OpenAI-compatible server: the demo model (F18), and the model of every test.
 * It checks each request against the strict shape (P12) and answers 400 with the problems where it fails.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reply, Script } from './reply.ts';
import { writeStream } from './stream.ts';
import { checkStrictRequest, type StrictRequest } from './strict-request.ts';

/** What it says of its window, as local servers do. */
const WINDOW = 128_000;

/** One request as it came, and what became of it. Times are `performance.now()` of this process. */
export interface RecordedRequest {
  index: number;
  body: StrictRequest;
  headers: IncomingMessage['headers'];
  /** What the strict check found; not empty means that it was answered by 400. */
  problems: string[];
  receivedAt: number;
  firstByteAt?: number;
  endedAt?: number;
  bytesSent: number;
  outcome: 'running' | 'answered' | 'closed_by_client' | 'cut';
  /** Resolves when the socket of this request has closed or its answer has ended. */
  ended: Promise<void>;
}

export interface ScriptedModel {
  /** The base URL to configure, ending in /v1. */
  url: string;
  port: number;
  /** The newest requests, oldest first. */
  requests: RecordedRequest[];
  /** Chat completion requests received so far. */
  count(): number;
  setScript(script: Script): void;
  close(): Promise<void>;
}

export interface ScriptedModelOptions {
  script: Script;
  /** 0 or absent: a free one. */
  port?: number;
  /** Absent: 127.0.0.1. */
  host?: string;
  /** How many requests are kept in `requests`; default all. */
  keep?: number;
  /** Default true: a request that is not strict is answered by 400. */
  strict?: boolean;
  /** Default false: a request with a picture is answered as by a model that does not see. */
  sees?: boolean;
}

/** Starts the server on 127.0.0.1. */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const { keep = Number.POSITIVE_INFINITY, strict = true, sees = false } = options;
  const requests: RecordedRequest[] = [];
  let script = options.script;
  let received = 0;

  async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseBody(await readBody(request));
    if (body === undefined) {
      sendJson(response, 400, { error: { type: 'invalid_request_error', message: 'the body is not JSON' } });
      return;
    }
    const problems = strict ? checkStrictRequest(body, { sees }) : [];
    const gone = new AbortController();
    const record: RecordedRequest = {
      index: received++,
      body,
      headers: request.headers,
      problems,
      receivedAt: performance.now(),
      bytesSent: 0,
      outcome: 'running',
      ended: once(response, 'close').then(() => undefined),
    };
    requests.push(record);
    if (requests.length > keep) requests.shift();
    const cut = () => {
      record.outcome = 'cut';
      // Later, and ended, not destroyed: Node gathers the writes of one tick, and those still go out.
      setImmediate(() => response.socket?.destroySoon());
    };
    response.on('close', () => {
      record.endedAt = performance.now();
      if (record.outcome === 'running')
        record.outcome = response.writableFinished ? 'answered' : 'closed_by_client';
      gone.abort();
    });

    if (problems.length > 0) {
      sendJson(response, 400, { error: { type: 'invalid_request_error', message: problems.join('; ') } });
      return;
    }
    const call = { index: record.index, headers: request.headers, signal: gone.signal };
    const reply = await script(body, call);
    if (!(await wait(reply, gone.signal))) return;
    switch (reply.kind) {
      case 'silence':
        return;
      case 'close':
        cut();
        return;
      case 'http':
        record.firstByteAt = performance.now();
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
        response.end(reply.body ?? JSON.stringify({ error: { message: `scripted ${reply.status}` } }));
        return;
      case 'stream':
        await writeStream(response, reply, {
          // Of one length, so that a byte of one answer is the same byte of the next.
          id: `chatcmpl-${String(record.index).padStart(8, '0')}`,
          model: body.model,
          includeUsage: body.stream_options?.include_usage === true,
          inputTokens: Math.ceil(JSON.stringify(body.messages).length / 4),
          signal: gone.signal,
          cut,
          onWritten(bytes) {
            record.firstByteAt ??= performance.now();
            record.bytesSent += bytes;
          },
        });
    }
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (request.method === 'POST' && path === '/v1/chat/completions') {
      complete(request, response).catch((error: unknown) => sendFailure(response, error));
    } else if (request.method === 'GET' && path === '/v1/models') {
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: 'demo', object: 'model', owned_by: 'paperagent', max_model_len: WINDOW }],
      });
    } else if (request.method === 'GET' && path === '/health') {
      sendJson(response, 200, { status: 'ok' });
    } else {
      sendJson(response, 404, { error: { message: `no route ${request.method} ${path}` } });
    }
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    count: () => received,
    setScript(next) {
      script = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The body as it will be recorded; whether it has the strict shape is for the check to say. */
function parseBody(text: string): StrictRequest | undefined {
  try {
    return JSON.parse(text) as StrictRequest;
  } catch {
    return undefined; // Answered by 400.
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Waits the reply's delay; false when the client has gone meanwhile. */
async function wait(reply: Reply, gone: AbortSignal): Promise<boolean> {
  const delayMs = 'delayMs' in reply ? (reply.delayMs ?? 0) : 0;
  if (delayMs > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      gone.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
  return !gone.aborted;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A script's own error is said to the client: a test must not hang on it. */
function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { error: { message: String(error) } });
}
