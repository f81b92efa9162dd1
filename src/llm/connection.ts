/** How model servers are connected to: kept-alive sockets, and which addresses are allowed (A6). */
import type { lookup } from 'node:dns';
import type { Agent as HttpAgent } from 'node:http';
import type { LookupFunction } from 'node:net';
import {
  type AllowHost,
  createAddressGuard,
  type Refusal,
  straightAgents,
} from '../network/address-guard.ts';
import { openAgents } from '../network/agents.ts';
import { ModelError } from './errors.ts';
import { createLearning, type Learning } from './profiles/learning.ts';

export interface ModelConnection {
  /** The sockets for a URL, kept alive. */
  agentFor(url: URL): HttpAgent;
  /**
   * How the host of a URL is looked up for a socket; undefined: as always.
   * @throws ModelError when it is an address that may not be connected to.
   */
  lookupFor(url: URL): LookupFunction | undefined;
  /** What its models have refused before: the next call begins with it (M19). */
  learning: Learning;
  /** Milliseconds until a socket must be connected. */
  connectTimeoutMs: number;
  /** Told of all that goes over the wire; absent: nobody listens. */
  onWire?: (event: WireEvent) => void;
  close(): void;
}

/** A request as it goes out (its headers hold the key, and are not told of), and an answer as it comes in. */
export type WireEvent =
  | { kind: 'request'; path: string; body: string }
  | { kind: 'answer'; status: number; contentType: string }
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'end' };

export interface ModelConnectionOptions {
  /** Absent: every host is allowed. */
  allowHost?: AllowHost;
  connectTimeoutMs?: number;
  /** How names are resolved; absent: as the system does it. */
  resolve?: typeof lookup;
  /** This machine's own addresses; absent: as the system says. */
  ownAddresses?: () => ReadonlySet<string>;
  /** Absent: what is learned is forgotten with the connection. */
  learning?: Learning;
}

/**
 * A pool of sockets to model servers. With `allowHost`, every other host must resolve to public addresses
 * only: checked when the socket connects, so that a name which changes its mind is caught (A6). Who is guarded and
 * who is not must not share a pool: a kept socket is not looked up again.
 */
export function openModelConnection(options: ModelConnectionOptions = {}): ModelConnection {
  const {
    allowHost,
    connectTimeoutMs = 10_000,
    resolve,
    ownAddresses,
    learning = createLearning(),
  } = options;
  const guard = allowHost && createAddressGuard({ allowHost, refused: refusedModel, resolve, ownAddresses });
  const agents = guard === undefined ? openAgents() : straightAgents();
  return {
    agentFor: agents.agentFor,
    lookupFor: (url) => guard?.lookupFor(url),
    learning,
    connectTimeoutMs,
    close: agents.close,
  };
}

function refusedModel(refusal: Refusal): ModelError {
  const message =
    refusal.why === 'not_public'
      ? `The model address "${refusal.host}" is not on the public internet.`
      : `A model server is reached at port 80, 443, or one from 1024 on, and not at ${refusal.port}.`;
  return new ModelError(
    'model_address_refused',
    `${message} The operator of this server can allow it by MODEL_ALLOWED_HOSTS.`,
    { retryable: false },
  );
}
