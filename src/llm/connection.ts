/** How model servers are connected to: kept-alive sockets, and which addresses are allowed (A6). */
import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ModelError } from './errors.ts';
import type { OptionalField } from './request-body.ts';

export interface ModelConnection {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
  /** @throws ModelError when a URL's host may not be connected to. */
  checkHost(url: URL): void;
  /** Fields that a model has refused before, by endpoint and model: the next call leaves them out at once. */
  refused: Map<string, Set<OptionalField>>;
  /** Milliseconds until a socket must be connected. */
  connectTimeoutMs: number;
  close(): void;
}

export interface ModelConnectionOptions {
  /** Hosts that need no public address; absent: every host is allowed. */
  allowHost?: (host: string) => boolean;
  connectTimeoutMs?: number;
}

/**
 * A pool of sockets to model servers. With `allowHost`, every other host must resolve to public addresses
 * only: checked when the socket connects, so that a name which changes its mind is caught (A6).
 */
export function openModelConnection(options: ModelConnectionOptions = {}): ModelConnection {
  const { allowHost, connectTimeoutMs = 10_000 } = options;
  const agentOptions = {
    keepAlive: true,
    ...(allowHost === undefined ? {} : { lookup: publicLookup(allowHost) }),
  };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);
  return {
    httpAgent,
    httpsAgent,
    checkHost(url) {
      if (allowHost === undefined) return;
      // An address literal is never looked up, so it is checked here.
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !allowHost(host) && !isPublicAddress(host)) throw notPublic(host);
    },
    refused: new Map(),
    connectTimeoutMs,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain);
  if (family === 4) return !reserved4.check(plain, 'ipv4');
  return family === 6 && !reserved6.check(plain, 'ipv6');
}

function publicLookup(allowHost: (host: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    if (allowHost(hostname)) return dnsLookup(hostname, options, callback);
    return dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return callback(notPublic(hostname), '');
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

// IANA's special-purpose registries: what is not globally reachable. Two lists, for a BlockList applies its rules
// for IPv4-mapped addresses to plain IPv4, too.
const reserved4 = new BlockList();
const reserved6 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  reserved4.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  reserved6.addSubnet(net, prefix, 'ipv6');
}
