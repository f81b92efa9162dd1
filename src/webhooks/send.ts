/** One POST to an address that a person named (A6): bounded in time, without redirects, its answer's status alone read. */
import type { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import {
  type AllowHost,
  createAddressGuard,
  limitConnecting,
  type Refusal,
  straightAgents,
} from '../network/address-guard.ts';

/** `error`: one sentence for the person whose webhook it is. */
export type Sent =
  | { ok: true; status: number; error: null }
  | { ok: false; status: number | null; error: string };

export interface WebhookSender {
  /** @throws AddressRefused for an address that nothing is sent to, whatever it is */
  mustBeAllowed(address: string): void;
  /** Never rejects, but for `signal`'s reason. */
  send(
    address: string,
    message: { headers: Record<string, string>; body: string },
    signal?: AbortSignal,
  ): Promise<Sent>;
  close(): void;
}

export interface WebhookSenderOptions {
  /** Hosts that the operator allows although they are not public. */
  allowHost: AllowHost;
  /** Milliseconds for the whole of it. */
  timeoutMs?: number;
  /** How names are resolved; absent: as the system does it. */
  resolve?: typeof lookup;
}

/** Nothing is sent there; the message says why and what to do. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
}

const CONNECT_MS = 5_000;

export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { allowHost, timeoutMs = 15_000, resolve } = options;
  const guard = createAddressGuard({ allowHost, refused, resolve });
  // Each message has a socket of its own, and so a look at where its name leads now.
  const agents = straightAgents({ keepAlive: false });

  /** @throws AddressRefused */
  function lookupFor(url: URL) {
    const found = guard.lookupFor(url);
    // Only what the operator allows may be spoken to in the clear.
    if (found !== undefined && url.protocol !== 'https:')
      throw new AddressRefused('The address has to begin with https.');
    return found;
  }

  function post(
    url: URL,
    { headers, body }: { headers: Record<string, string>; body: string },
    signal: AbortSignal,
  ): Promise<number> {
    return new Promise((resolvePost, reject) => {
      const found = lookupFor(url);
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: agents.agentFor(url),
        ...(found === undefined ? {} : { lookup: found }),
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      });
      request.on('socket', (socket) => limitConnecting(socket, CONNECT_MS));
      request.on('response', (response) => {
        // What it says is nobody's here, and may be without end.
        response.destroy();
        resolvePost(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  return {
    mustBeAllowed: (address) => void lookupFor(new URL(address)),
    async send(address, message, signal) {
      const late = AbortSignal.timeout(timeoutMs);
      try {
        const status = await post(
          new URL(address),
          message,
          signal === undefined ? late : AbortSignal.any([late, signal]),
        );
        if (status >= 200 && status < 300) return { ok: true, status, error: null };
        return { ok: false, status, error: wordsOf(status) };
      } catch (error) {
        signal?.throwIfAborted();
        if (late.aborted)
          return { ok: false, status: null, error: `It did not answer within ${timeoutMs / 1000} s.` };
        if (error instanceof AddressRefused) return { ok: false, status: null, error: error.message };
        return { ok: false, status: null, error: `The connection failed (${codeOf(error)}).` };
      }
    },
    close: agents.close,
  };
}

function wordsOf(status: number): string {
  if (status === 410) return 'It answered 410: it wants no more.';
  if (status >= 300 && status < 400)
    return `It answered ${status}, and redirects are not followed: enter the address that it leads to.`;
  return `It answered ${status}.`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'no answer';
}

function refused(refusal: Refusal): AddressRefused {
  const message =
    refusal.why === 'not_public'
      ? `The address "${refusal.host}" is not on the public internet.`
      : `A webhook is at port 443, or one from 1024 on, and not at ${refusal.port}.`;
  return new AddressRefused(`${message} The operator of this server can allow it by WEBHOOK_ALLOWED_HOSTS.`);
}
