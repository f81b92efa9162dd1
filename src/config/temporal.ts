/** Where Temporal is, by the names that Temporal's own programs give these variables. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TemporalEndpoint } from '../temporal/endpoint.ts';
import { ConfigError } from './environment.ts';
import { word } from './values.ts';

const pem = z.string().includes('-----BEGIN ', { error: 'must be PEM, which begins with -----BEGIN' });

/** One PEM that is given as a file's path or as it is. */
const PARTS = {
  certificate: ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_CERT_DATA'],
  key: ['TEMPORAL_TLS_CLIENT_KEY_PATH', 'TEMPORAL_TLS_CLIENT_KEY_DATA'],
  authority: ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_SERVER_CA_CERT_DATA'],
} as const;

export const temporalVariables = {
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^(\[[0-9a-f:]+\]|[^:/\s]+):\d{1,5}$/i, 'must be host:port, such as 127.0.0.1:7233')
    .optional(),
  TEMPORAL_NAMESPACE: word.default('default'),
  TEMPORAL_API_KEY: word.optional(),
  TEMPORAL_TLS: z.enum(['true', 'false'], 'must be true or false').optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: word.optional(),
  TEMPORAL_TLS_CLIENT_CERT_DATA: pem.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: word.optional(),
  TEMPORAL_TLS_CLIENT_KEY_DATA: pem.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: word.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: pem.optional(),
  TEMPORAL_TLS_SERVER_NAME: word.optional(),
};

type Variables = z.infer<z.ZodObject<typeof temporalVariables>>;

/** An endpoint whose address may be missing: then Temporal is embedded. */
export type MaybeTemporal = Omit<TemporalEndpoint, 'address'> & { readonly address: string | undefined };

/**
 * Reads the files as well. TLS is spoken where TEMPORAL_TLS says so, or an API key or anything of TLS is given.
 * @throws ConfigError with one sentence that names the wrong variable
 */
export function readTemporal(v: Variables): MaybeTemporal {
  const certificate = readPem(v, 'certificate');
  const key = readPem(v, 'key');
  const authority = readPem(v, 'authority');
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = certificate === undefined ? PARTS.certificate[0] : PARTS.key[0];
    throw new ConfigError(`${missing} must be set: a client's certificate and its key come as a pair`);
  }
  const tls = {
    ...(v.TEMPORAL_TLS_SERVER_NAME === undefined ? {} : { serverNameOverride: v.TEMPORAL_TLS_SERVER_NAME }),
    ...(authority === undefined ? {} : { serverRootCACertificate: authority }),
    ...(certificate === undefined || key === undefined ? {} : { clientCertPair: { crt: certificate, key } }),
  };
  const given = Object.keys(tls).length > 0;
  if (given && v.TEMPORAL_TLS === 'false')
    throw new ConfigError('TEMPORAL_TLS must not be false where a variable of TEMPORAL_TLS_… is set');
  const secure = v.TEMPORAL_TLS === 'true' || given;
  const apiKey = v.TEMPORAL_API_KEY;
  if (v.TEMPORAL_ADDRESS === undefined && (secure || apiKey !== undefined))
    throw new ConfigError(
      'TEMPORAL_ADDRESS must be set when an API key or TLS is: the embedded server has neither',
    );
  return Object.freeze({
    address: v.TEMPORAL_ADDRESS,
    namespace: v.TEMPORAL_NAMESPACE,
    apiKey,
    tls: secure || (apiKey !== undefined && v.TEMPORAL_TLS === undefined) ? Object.freeze(tls) : false,
  });
}

function readPem(v: Variables, part: keyof typeof PARTS): Buffer | undefined {
  const [pathName, dataName] = PARTS[part];
  const { [pathName]: path, [dataName]: data } = v;
  if (path !== undefined && data !== undefined)
    throw new ConfigError(`${dataName} must not be set beside ${pathName}: it is one or the other`);
  if (path === undefined) return data === undefined ? undefined : Buffer.from(data);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${pathName} must name a file that can be read: ${(error as Error).message}`);
  }
  if (!bytes.includes('-----BEGIN ')) throw new ConfigError(`${pathName} must name a PEM file`);
  return bytes;
}
