/** How model servers are connected to: kept-alive sockets, and which addresses are allowed (A6). */
import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Agents, openAgents } from '../network/agents.ts';
import { ModelError } from './errors.ts';
import { createLearning, type Learning } from './profiles/learning.ts';
import { isPublicAddress, ownAddresses } from './public-address.ts';

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

/** Whether a host, in lower case and without brackets, may be reached at a port although it is not public. */
export type AllowHost = (host: string, port: number) => boolean;

export interface ModelConnectionOptions {
  /** Absent: every host is allowed. */
  allowHost?: AllowHost;
  connectTimeoutMs?: number;
  /** How names are resolved; absent: as the system does it. */
  resolve?: typeof dnsLookup;
  /** This machine's own addresses; absent: as the system says. */
  ownAddresses?: () => ReadonlySet<string>;
  /** Absent: what is learned is forgotten with the connection. */
  learning?: Learning;
}

/** Ports of the web, and those that no service of the system is on: a person's address may name these (SR-M9). */
const WEB_PORTS = new Set([80, 443]);
const FIRST_FREE_PORT = 1024;

/**
 * A pool of sockets to model servers. With `allowHost`, every other host must resolve to public addresses
 * only: checked when the socket connects, so that a name which changes its mind is caught (A6). Who is guarded and
 * who is not must not share a pool: a kept socket is not looked up again.
 */
export function openModelConnection(options: ModelConnectionOptions = {}): ModelConnection {
  const { allowHost, connectTimeoutMs = 10_000, resolve = dnsLookup, learning = createLearning() } = options;
  const own = options.ownAddresses ?? ownAddresses;
  // This machine may have a public address, and behind a firewall what listens there is not public (SR-M9).
  const isAllowed = (address: string) => isPublicAddress(address) && !own().has(address);
  const publicLookup = lookUpPublic(resolve, isAllowed);
  const agents = allowHost === undefined ? openAgents() : straightAgents();
  return {
    agentFor: agents.agentFor,
    lookupFor(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = portOf(url);
      if (allowHost === undefined || allowHost(host, port)) return undefined;
      if (!WEB_PORTS.has(port) && port < FIRST_FREE_PORT) throw forbiddenPort(port);
      // An address literal is never looked up, so it is checked here.
      if (isIP(host) !== 0 && !isAllowed(host)) throw notPublic(host);
      return publicLookup;
    },
    learning,
    connectTimeoutMs,
    close: agents.close,
  };
}

/** Past any proxy: what a proxy looks up cannot be looked at here (A6). */
function straightAgents(): Pick<Agents, 'agentFor' | 'close'> {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true });
  return {
    agentFor: ({ protocol }) => (protocol === 'https:' ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** The very addresses that were checked are the ones that the socket then connects to. */
function lookUpPublic(resolve: typeof dnsLookup, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      if (!addresses.every(({ address }) => isAllowed(address))) {
        return callback(notPublic(hostname), '');
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family);
    });
  };
}

function notPublic(host: string): ModelError {
  const message = `The model address "${host}" is not on the public internet. The operator of this server can allow it by MODEL_ALLOWED_HOSTS.`;
  return new ModelError('model_address_refused', message, { retryable: false });
}

function forbiddenPort(port: number): ModelError {
  const message = `A model server is reached at port 80, 443, or one from 1024 on, and not at ${port}. The operator of this server can allow it by MODEL_ALLOWED_HOSTS.`;
  return new ModelError('model_address_refused', message, { retryable: false });
}
