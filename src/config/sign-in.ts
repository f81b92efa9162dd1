/** Ways to sign in besides the password: by the operator's provider of OpenID Connect (H9). */
import { z } from 'zod';
import type { ProviderSettings } from '../domain/identity-provider.ts';
import { isLoopback } from '../network/loopback.ts';
import type { Admission } from '../protocol/auth.ts';
import { ConfigError } from './environment.ts';
import { url, word } from './values.ts';

const webAddress = url(/^https?$/, 'https://paper.example.org');

export const signInVariables = {
  PUBLIC_URL: webAddress
    .refine((text) => {
      const { pathname, search, hash } = URL.parse(text) ?? {};
      return pathname === '/' && search === '' && hash === '';
    }, 'must be an address without a path, such as https://paper.example.org')
    .optional(),
  OIDC_ISSUER: webAddress
    .refine((text) => {
      const address = URL.parse(text);
      return address?.protocol === 'https:' || isLoopback(address?.hostname ?? '');
    }, 'must begin with https')
    .optional(),
  OIDC_CLIENT_ID: word.optional(),
  OIDC_CLIENT_SECRET: word.optional(),
  OIDC_NAME: word.max(100, 'must have at most 100 characters').optional(),
  OIDC_REGISTRATION: z
    .enum(['open', 'invitation', 'closed'], 'must be open, invitation or closed')
    .optional(),
  OIDC_DOMAINS: z
    .string()
    .transform((text) =>
      text
        .toLowerCase()
        .split(',')
        .map((domain) => domain.trim()),
    )
    .refine(
      (domains) => domains.every((domain) => /^[^\s@.]+(\.[^\s@.]+)+$/.test(domain)),
      'must be a list of domains, such as example.org,example.com',
    )
    .optional(),
};

type Variables = z.infer<z.ZodObject<typeof signInVariables>> & {
  REGISTRATION: Admission['registration'];
};

/** The provider; undefined: there is none. @throws ConfigError where something is missing for it */
export function readProvider(v: Variables): ProviderSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl } = v;
  if (issuer === undefined) {
    const needless = (['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const).find(
      (name) => v[name] !== undefined,
    );
    if (needless !== undefined) throw new ConfigError(`OIDC_ISSUER must be set when ${needless} is`);
    return undefined;
  }
  if (clientId === undefined) throw new ConfigError('OIDC_CLIENT_ID must be set when OIDC_ISSUER is');
  if (publicUrl === undefined) throw new ConfigError('PUBLIC_URL must be set when OIDC_ISSUER is');
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: v.OIDC_CLIENT_SECRET,
    redirectUri: new URL('/sign-in', publicUrl).href,
    name: v.OIDC_NAME ?? new URL(issuer).hostname,
    registration: v.OIDC_REGISTRATION ?? v.REGISTRATION,
    domains: v.OIDC_DOMAINS,
  });
}
