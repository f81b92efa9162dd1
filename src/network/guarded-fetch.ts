/** A `fetch` over `node:http` that goes to guarded addresses alone (A6), and takes no more of an answer than is bounded. */
import http from 'node:http';
import https from 'node:https';
import { Readable, Transform } from 'node:stream';
import { type AddressGuard, limitConnecting } from './address-guard.ts';
import type { Agents } from './agents.ts';

export interface GuardedFetchOptions {
  guard: AddressGuard;
  agents: Pick<Agents, 'agentFor'>;
  connectTimeoutMs: number;
  /** Bytes that an answer may have; one that has more breaks off. */
  mostBytes: number;
}

/** An answer had more than it may have. */
export class AnswerTooLarge extends Error {
  override name = 'AnswerTooLarge';
}

/** Statuses whose answers have no body. */
const BODILESS = new Set([101, 103, 204, 205, 304]);

/** No redirect is followed. @throws what the guard throws */
export function createGuardedFetch({ guard, agents, connectTimeoutMs, mostBytes }: GuardedFetchOptions) {
  return (to: string | URL, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const url = new URL(to);
      const lookup = guard.lookupFor(url);
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: init.method ?? 'GET',
        agent: agents.agentFor(url),
        ...(lookup === undefined ? {} : { lookup }),
        headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
        ...(init.signal ? { signal: init.signal } : {}),
      });
      request.on('socket', (socket) => limitConnecting(socket, connectTimeoutMs));
      request.on('error', reject);
      request.on('response', (response) => {
        const { statusCode: status = 0 } = response;
        const headers = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct))
          for (const value of values ?? []) headers.append(name, value);
        if (BODILESS.has(status)) {
          response.resume();
          resolve(new Response(null, { status, headers }));
          return;
        }
        const body = response.pipe(atMost(mostBytes));
        response.on('error', (error) => body.destroy(error));
        body.on('close', () => response.destroy());
        resolve(new Response(Readable.toWeb(body) as ReadableStream, { status, headers }));
      });
      if (typeof init.body === 'string') request.end(init.body);
      else request.end();
    });
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new AnswerTooLarge(`the answer has more than ${bytes} bytes`));
      else done(null, chunk);
    },
  });
}
