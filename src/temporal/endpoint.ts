/** Where Temporal is and what it wants to see: one value, for every connection of the app's. */
import { Connection, type TLSConfig } from '@temporalio/client';

export interface TemporalEndpoint {
  /** host:port. */
  readonly address: string;
  readonly namespace: string;
  /** Undefined: none is sent. */
  readonly apiKey: string | undefined;
  /** False: in the clear. */
  readonly tls: Readonly<TLSConfig> | false;
}

/**
 * A way that swallows packets is noticed within 25 s. A server takes pings more often than every 10 s for abuse
 * (frontend.keepAliveMinTime) and hangs up.
 */
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** What both of the SDK's kinds of connection take: the client's and a worker's. */
export function connectionOptions({ address, apiKey, tls }: TemporalEndpoint) {
  return { address, tls, ...(apiKey === undefined ? {} : { apiKey }) };
}

/** A client's connection, made with its first call and again whenever it is lost. */
export function lazyConnection(endpoint: TemporalEndpoint): Connection {
  return Connection.lazy({
    ...connectionOptions(endpoint),
    channelArgs: {
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    },
  });
}
