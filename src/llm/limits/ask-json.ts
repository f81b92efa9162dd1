/** One small question to a model server beside its calls: bounded in time and bytes, through the guarded sockets (A6). */
import http from 'node:http';
import https from 'node:https';
import { parseBounded } from '../answers/bounded-json.ts';
import type { ModelConnection } from '../connection.ts';

/** OpenRouter's list of models has about a megabyte. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface Question {
  url: URL;
  /** Sent as JSON by POST; absent: GET. */
  body?: unknown;
  headers: Record<string, string>;
}

/** The JSON of an answer with status 200; undefined for anything else, and where it takes too long. Never rejects. */
export function askJson(
  connection: ModelConnection,
  { url, body, headers }: Question,
  timeoutMs: number,
): Promise<unknown> {
  return new Promise((resolve) => {
    const give = (value: unknown) => {
      clearTimeout(timer);
      sent?.destroy();
      resolve(value);
    };
    let sent: http.ClientRequest | undefined;
    const timer = setTimeout(() => give(undefined), timeoutMs);
    try {
      // Throws for an address that may not be connected to: the call that follows says so.
      const lookup = connection.lookupFor(url);
      const text = body === undefined ? undefined : JSON.stringify(body);
      sent = (url.protocol === 'https:' ? https : http).request(url, {
        method: text === undefined ? 'GET' : 'POST',
        agent: connection.agentFor(url),
        ...(lookup === undefined ? {} : { lookup }),
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'PaperAgent',
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      });
      sent.on('error', () => give(undefined));
      sent.on('response', (response) => {
        if (response.statusCode !== 200) return give(undefined);
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST_BYTES) give(undefined);
          else chunks.push(chunk);
        });
        response.on('error', () => give(undefined));
        response.on('end', () => {
          clearTimeout(timer);
          resolve(parseBounded(Buffer.concat(chunks).toString('utf8')));
        });
      });
      sent.end(text);
    } catch {
      give(undefined);
    }
  });
}
