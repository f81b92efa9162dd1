/** One GET to a source of literature: bounded in time, bytes and redirects, to public addresses alone (A6). */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type AddressGuard, type AllowHost, createAddressGuard, portOf } from '../network/address-guard.ts';
import { type Agents, openAgents, proxyFor } from '../network/agents.ts';

/** Five works of Crossref with all that it knows of them have some 100 kB. */
const MOST_BYTES = 2 * 1024 * 1024;
const REQUEST_MS = 20_000;
/** doi.org leads to an agency, which may lead on to its own newer address. */
const MOST_REDIRECTS = 3;

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Whether another host than the one asked has answered. */
  redirected: boolean;
}

/** Why there is no reply: the address is refused, or cannot be reached, or gives more or takes longer than is waited for. */
export class NoReply extends Error {
  override name = 'NoReply';
}

export interface Requests {
  /**
   * @throws NoReply; the reason of `signal` where that is aborted
   */
  get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Reply>;
  close(): void;
}

export interface RequestsOptions {
  /** Hosts of the operator's own choice, which need not be public. */
  allowHost: AllowHost;
  /** Where redirects may lead besides: the agencies that keep what DOIs stand for. */
  followTo: ReadonlySet<string>;
  timeoutMs?: number;
}

export function openRequests({ allowHost, followTo, timeoutMs = REQUEST_MS }: RequestsOptions): Requests {
  const agents = openAgents();
  const guard = createAddressGuard({
    allowHost,
    refused: (refusal) =>
      new NoReply(
        refusal.why === 'port'
          ? `port ${refusal.port} is no port of the web`
          : `${refusal.host} is not on the public internet`,
      ),
  });

  async function get(from: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Reply> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, timeout]);
    try {
      for (let at = from, hop = 0; ; hop += 1) {
        const response = await head({ agents, guard }, at, headers, either);
        const next = hop < MOST_REDIRECTS ? redirectOf(response, at) : undefined;
        if (next === undefined || !mayFollow(at, next)) {
          const body = await bodyOf(response, either);
          return {
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            redirected: at.host !== from.host,
          };
        }
        response.destroy();
        at = next;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) throw new NoReply(`${from.host} took longer than ${timeoutMs} ms`);
      if (error instanceof NoReply) throw error;
      throw new NoReply(`${from.host} cannot be reached: ${(error as Error).message}`, { cause: error });
    }
  }

  /** What was asked for over TLS is not taken without it; other hosts are asked nothing on anybody's word. */
  function mayFollow(at: URL, next: URL): boolean {
    if (allowHost(next.hostname, portOf(next))) return true;
    return (next.protocol === 'https:' || at.protocol === 'http:') && followTo.has(next.host);
  }

  return { get, close: agents.close };
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, at: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  const next = URL.parse(headers.location, at.href);
  return next === null || !/^https?:$/.test(next.protocol) ? undefined : next;
}

function head(
  { agents, guard }: { agents: Agents; guard: AddressGuard },
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // What a proxy looks up cannot be looked at here; the hosts are ours or the operator's, never a person's.
  const lookup = proxyFor(url) === undefined ? guard.lookupFor(url) : undefined;
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request(url, {
      agent: agents.agentFor(url),
      ...(lookup === undefined ? {} : { lookup }),
      headers: { 'accept-encoding': 'identity', ...headers },
      signal,
    });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

function bodyOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onAbort = () => response.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) response.destroy(new NoReply(`the answer has more than ${MOST_BYTES} bytes`));
      else chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new NoReply('the answer broke off'));
    });
  });
}
