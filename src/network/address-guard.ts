/**
 * Which addresses that a person names may be connected to (A6): public ones, and those that the operator allows. It is
 * decided when the socket connects, on the very addresses that it then connects to, so that a name which changes its
 * mind is caught.
 */
import { lookup as dnsLookup } from 'node:dns';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { Agents } from './agents.ts';
import { isPublicAddress, ownAddresses } from './public-address.ts';

/** Whether a host, in lower case and without brackets, may be reached at a port although it is not public. */
export type AllowHost = (host: string, port: number) => boolean;

/** Why an address is refused. */
export type Refusal = { why: 'not_public'; host: string } | { why: 'port'; port: number };

export interface AddressGuardOptions {
  allowHost: AllowHost;
  /** The error that whoever wants to connect meets. */
  refused: (refusal: Refusal) => Error;
  /** How names are resolved; absent: as the system does it. */
  resolve?: typeof dnsLookup | undefined;
  /** This machine's own addresses; absent: as the system says. */
  ownAddresses?: (() => ReadonlySet<string>) | undefined;
}

export interface AddressGuard {
  /**
   * How the host of a URL is looked up for a socket; undefined: as always, for the operator allows it.
   * @throws what `refused` makes, where it is an address that may not be connected to
   */
  lookupFor(url: URL): LookupFunction | undefined;
}

/** Ports of the web, and those that no service of the system is on: a person's address may name these (SR-M9). */
const WEB_PORTS = new Set([80, 443]);
const FIRST_FREE_PORT = 1024;

export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const { allowHost, refused, resolve = dnsLookup } = options;
  const own = options.ownAddresses ?? ownAddresses;
  // This machine may have a public address, and behind a firewall what listens there is not public (SR-M9).
  const isAllowed = (address: string) => isPublicAddress(address) && !own().has(address);
  const notPublic = (host: string) => refused({ why: 'not_public', host });

  /** The very addresses that were checked are the ones that the socket then connects to. */
  const lookUpPublic: LookupFunction = (hostname, lookupOptions, callback) => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      if (!addresses.every(({ address }) => isAllowed(address))) return callback(notPublic(hostname), '');
      if (lookupOptions.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family);
    });
  };

  return {
    lookupFor(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = portOf(url);
      if (allowHost(host, port)) return undefined;
      if (!WEB_PORTS.has(port) && port < FIRST_FREE_PORT) throw refused({ why: 'port', port });
      // An address literal is never looked up, so it is checked here.
      if (isIP(host) !== 0 && !isAllowed(host)) throw notPublic(host);
      return lookUpPublic;
    },
  };
}

/**
 * Sockets past any proxy: what a proxy looks up cannot be looked at here (A6). Who is guarded and who is not must not
 * share them: a kept socket is not looked up again.
 */
export function straightAgents(
  options: AgentOptions = { keepAlive: true },
): Pick<Agents, 'agentFor' | 'close'> {
  const plain = new HttpAgent(options);
  const secure = new HttpsAgent(options);
  return {
    agentFor: ({ protocol }) => (protocol === 'https:' ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** An address that swallows packets is unreachable, and not a server that thinks: it must not take its time. */
export function limitConnecting(socket: Socket, timeoutMs: number): void {
  if (!socket.connecting) return;
  const timeout = Object.assign(new Error(`no connection in ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(timeout), timeoutMs);
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
}

/** The port that a URL leads to. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
