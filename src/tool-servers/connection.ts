/**
 * How servers that people name are spoken to (I6): MCP over Streamable HTTP, each question over a connection of its own,
 * at guarded addresses (A6), bounded in time and bytes. Whatever a server does wrong is one sentence.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ListedTool } from '../domain/offered-tools.ts';
import {
  type AllowHost,
  createAddressGuard,
  type Refusal,
  straightAgents,
} from '../network/address-guard.ts';
import { AnswerTooLarge, createGuardedFetch } from '../network/guarded-fetch.ts';
import type { CallResult } from './result-text.ts';

export interface ToolServer {
  url: string;
  /** Sent as a bearer token; empty: none. */
  token: string;
}

export interface ToolServerConnection {
  /** @throws ToolServerError for an address that nothing is sent to, whatever it is */
  mustBeAllowed(address: string): void;
  /** Its tools, no more than are ever looked at. @throws ToolServerError, or the signal's reason */
  list(server: ToolServer, signal?: AbortSignal): Promise<ListedTool[]>;
  /** @throws ToolServerError, or the signal's reason */
  call(
    server: ToolServer,
    tool: string,
    given: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<CallResult>;
  close(): void;
}

/** What went wrong with a server, as one sentence for whoever uses it. */
export class ToolServerError extends Error {
  override name = 'ToolServerError';
}

export interface ToolServerOptions {
  /** Hosts that the operator allows although they are not public. */
  allowHost: AllowHost;
  /** Milliseconds for a list, and for a call. */
  timeouts?: { list: number; call: number };
}

const CONNECT_MS = 5_000;
const MOST_ANSWER_BYTES = 4 * 1024 ** 2;
/** A list may come in pages without end. */
const MOST_PAGES = 10;
const MOST_LISTED = 500;

export function createToolServerConnection({
  allowHost,
  timeouts = { list: 15_000, call: 120_000 },
}: ToolServerOptions): ToolServerConnection {
  const guard = createAddressGuard({ allowHost, refused });
  const agents = straightAgents({ keepAlive: false });
  const fetch = createGuardedFetch({
    ...{ agents, connectTimeoutMs: CONNECT_MS, mostBytes: MOST_ANSWER_BYTES },
    guard: { lookupFor },
  });

  /** @throws ToolServerError */
  function lookupFor(url: URL) {
    const found = guard.lookupFor(url);
    if (found !== undefined && url.protocol !== 'https:')
      throw new ToolServerError('The address has to begin with https.');
    return found;
  }

  async function asked<T>(
    { url, token }: ToolServer,
    ms: number,
    signal: AbortSignal | undefined,
    ask: (client: Client, options: { signal: AbortSignal; timeout: number }) => Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    const late = AbortSignal.timeout(ms);
    const until = AbortSignal.any([late, ending.signal, ...(signal === undefined ? [] : [signal])]);
    let refusal: unknown;
    const client = new Client({ name: 'PaperAgent', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: token === '' ? {} : { authorization: `Bearer ${token}` } },
      async fetch(to, init) {
        try {
          return await fetch(to, {
            ...init,
            signal: AbortSignal.any([until, ...(init?.signal ? [init.signal] : [])]),
          });
        } catch (error) {
          refusal = error;
          throw error;
        }
      },
      reconnectionOptions: {
        ...{
          maxRetries: 0,
          initialReconnectionDelay: 1,
          maxReconnectionDelay: 1,
          reconnectionDelayGrowFactor: 1,
        },
      },
    });
    transport.onerror = (error) => {
      refusal ??= error;
    };
    const options = { signal: until, timeout: ms };
    const given = Promise.withResolvers<never>();
    until.addEventListener('abort', () => given.reject(until.reason), { once: true });
    try {
      return await Promise.race([
        given.promise,
        (async () => {
          await client.connect(transport, options);
          return await ask(client, options);
        })(),
      ]);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) throw new ToolServerError(`It did not answer within ${ms / 1000} s.`);
      throw sentenceOf(error, refusal);
    } finally {
      given.promise.catch(() => {});
      ending.abort();
      await client.close().catch(() => {});
    }
  }

  return {
    mustBeAllowed: (address) => void lookupFor(new URL(address)),
    list: (server, signal) =>
      asked(server, timeouts.list, signal, async (client, options) => {
        const listed: ListedTool[] = [];
        let cursor: string | undefined;
        for (let page = 0; page < MOST_PAGES && listed.length < MOST_LISTED; page += 1) {
          // Not by listTools, which would compile each schema of an answer.
          const answer = await client.request(
            { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
            options,
          );
          listed.push(...(answer.tools as ListedTool[]).slice(0, MOST_LISTED - listed.length));
          cursor = answer.nextCursor;
          if (cursor === undefined) break;
        }
        return listed;
      }),
    call: (server, tool, given, signal) =>
      asked(
        server,
        timeouts.call,
        signal,
        async (client, options) =>
          (await client.request(
            { method: 'tools/call', params: { name: tool, arguments: given } },
            options,
          )) as CallResult,
      ),
    close: agents.close,
  };
}

const MOST_SENTENCE_CHARACTERS = 300;

function sentenceOf(error: unknown, refusal: unknown): ToolServerError {
  for (const one of [error, refusal]) {
    if (one instanceof ToolServerError) return one;
    if (one instanceof AnswerTooLarge)
      return new ToolServerError(`It answered with more than ${MOST_ANSWER_BYTES / 1024 ** 2} MiB.`);
    const { code, status } = (one ?? {}) as { code?: unknown; status?: unknown };
    if (typeof code === 'string' && /^E[A-Z_]+$|CERT|TLS/.test(code))
      return new ToolServerError(`The connection failed (${code}).`);
    if (status === 401 || status === 403) return new ToolServerError('It refused the token, or wants one.');
  }
  const said = error instanceof Error ? error.message : String(error);
  return new ToolServerError(
    `It did not answer as MCP has it: ${said.slice(0, MOST_SENTENCE_CHARACTERS).toWellFormed()}`,
  );
}

function refused(refusal: Refusal): ToolServerError {
  const message =
    refusal.why === 'not_public'
      ? `The address "${refusal.host}" is not on the public internet.`
      : `A server is reached at port 443, or one from 1024 on, and not at ${refusal.port}.`;
  return new ToolServerError(`${message} The operator of this server can allow it by MCP_ALLOWED_HOSTS.`);
}
