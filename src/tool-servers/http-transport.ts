/** A server over Streamable HTTP: people's at guarded addresses (A6), the operator's wherever they say. */
import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import {
  type AllowHost,
  createAddressGuard,
  type Refusal,
  straightAgents,
} from '../network/address-guard.ts';
import { createGuardedFetch } from '../network/guarded-fetch.ts';
import { MOST_ANSWER_BYTES, ToolServerError } from './server-error.ts';

export interface HttpServer {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The operator's may be anywhere. */
  guarded: boolean;
}

export interface HttpTransports {
  /** @throws ToolServerError for an address that nothing is sent to, whatever it is */
  mustBeAllowed(address: string): void;
  /** Its requests end with `until`; what they failed of is told to the transport's `onerror`. */
  open(server: HttpServer, until: AbortSignal): Transport;
  close(): void;
}

const CONNECT_MS = 5_000;
/** A stream that broke is not taken up again: the question failed. */
const NEVER_AGAIN = {
  maxRetries: 0,
  initialReconnectionDelay: 1,
  maxReconnectionDelay: 1,
  reconnectionDelayGrowFactor: 1,
};

export function createHttpTransports({ allowHost }: { allowHost: AllowHost }): HttpTransports {
  const guard = createAddressGuard({ allowHost, refused });
  const agents = straightAgents({ keepAlive: false });
  const common = { agents, connectTimeoutMs: CONNECT_MS, mostBytes: MOST_ANSWER_BYTES };
  const guardedFetch = createGuardedFetch({ ...common, guard: { lookupFor } });
  const anyFetch = createGuardedFetch({ ...common, guard: { lookupFor: () => undefined } });

  /** @throws ToolServerError */
  function lookupFor(url: URL) {
    const found = guard.lookupFor(url);
    if (found !== undefined && url.protocol !== 'https:')
      throw new ToolServerError('The address has to begin with https.');
    return found;
  }

  return {
    mustBeAllowed: (address) => void lookupFor(new URL(address)),
    open({ url, headers, guarded }, until) {
      const fetch = guarded ? guardedFetch : anyFetch;
      const transport: Transport = new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers },
        async fetch(to, init) {
          try {
            return await fetch(to, {
              ...init,
              signal: AbortSignal.any([until, ...(init?.signal ? [init.signal] : [])]),
            });
          } catch (error) {
            transport.onerror?.(error as Error);
            throw error;
          }
        },
        reconnectionOptions: NEVER_AGAIN,
      });
      return transport;
    },
    close: agents.close,
  };
}

function refused(refusal: Refusal): ToolServerError {
  const message =
    refusal.why === 'not_public'
      ? `The address "${refusal.host}" is not on the public internet.`
      : `A server is reached at port 443, or one from 1024 on, and not at ${refusal.port}.`;
  return new ToolServerError(`${message} The operator of this server can allow it by MCP_ALLOWED_HOSTS.`);
}
