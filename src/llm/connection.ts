/** How model servers are connected to: kept-alive sockets, and which addresses are allowed (A6). */
import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ModelError } from './errors.ts';
import { isPublicAddress } from './public-address.ts';
import type { OptionalField } from './request-body.ts';

export interface ModelConnection {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
  /**
   * How the host of a URL is looked up for a socket; undefined: as always.
   * @throws ModelError when it is an address that may not be connected to.
   */
  lookupFor(url: URL): LookupFunction | undefined;
  /** Fields that a model has refused before, by endpoint and model: the next call leaves them out at once. */
  refused: Map<string, ReadonlySet<OptionalField>>;
  /** Milliseconds until a socket must be connected. */
  connectTimeoutMs: number;
  close(): void;
}

/** Whether a host, in lower case and without brackets, may be reached at a port although it is not public. */
export type AllowHost = (host: string, port: number) => boolean;

export interface ModelConnectionOptions {
  /** Absent: every host is allowed. */
  allowHost?: AllowHost;
  connectTimeoutMs?: number;
  /** How names are resolved; absent: as the system does it. */
  resolve?: typeof dnsLookup;
}

/**
 * A pool of sockets to model servers. With `allowHost`, every other host must resolve to public addresses
 * only: checked when the socket connects, so that a name which changes its mind is caught (A6). Who is guarded and
 * who is not must not share a pool: a kept socket is not looked up again.
 */
export function openModelConnection(options: ModelConnectionOptions = {}): ModelConnection {
  const { allowHost, connectTimeoutMs = 10_000, resolve = dnsLookup } = options;
  const publicLookup = lookUpPublic(resolve);
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({ keepAlive: true });
  return {
    httpAgent,
    httpsAgent,
    lookupFor(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (allowHost === undefined || allowHost(host, portOf(url))) return undefined;
      // An address literal is never looked up, so it is checked here.
      if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(host);
      return publicLookup;
    },
    refused: new Map(),
    connectTimeoutMs,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** The very addresses that were checked are the ones that the socket then connects to. */
function lookUpPublic(resolve: typeof dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      if (!addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(notPublic(hostname), '');
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family);
    });
  };
}

function notPublic(host: string): ModelError {
  const message = `The model address "${host}" is not on the public internet. The operator of this server has to allow it first.`;
  return new ModelError('model_bad_request', message, { retryable: false });
}
