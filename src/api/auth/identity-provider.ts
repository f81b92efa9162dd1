/**
 * Sign-in by the operator's provider of OpenID Connect (H9): Authorization Code with PKCE. The browser holds one secret
 * for the way there and back; state, nonce and PKCE's verifier are made of it. So the provider's answer is good in that
 * browser alone: whoever is led to an address with somebody else's answer has not the secret that its state is of, and a
 * code that was taken on its way fits no other verifier. There is no cookie.
 */
import { createHmac, randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import type { ProviderSettings } from '../../domain/identity-provider.ts';
import { openAgents } from '../../network/agents.ts';
import { createGuardedFetch } from '../../network/guarded-fetch.ts';
import { isLoopback } from '../../network/loopback.ts';

/** Whom the provider knows. `email` is there only where the provider says that it is proven. */
export interface ProviderIdentity {
  issuer: string;
  subject: string;
  email: string | undefined;
  name: string;
}

/** What the provider sent back by way of the browser: the query of the address where people come back to. */
export interface ProviderAnswer {
  state: string;
  code?: string | undefined;
  /** Who answers (RFC 9207). */
  iss?: string | undefined;
  error?: string | undefined;
}

/** The provider, or what was sent back in its name, says no: this sign-in has to be begun again. */
export class SignInRefused extends Error {
  override name = 'SignInRefused';
}

/** The provider does not answer, or not as it should. */
export class ProviderUnavailable extends Error {
  override name = 'ProviderUnavailable';
}

export interface IdentityProvider {
  /** Where the browser goes that holds `secret`. @throws ProviderUnavailable */
  addressFor(secret: string): Promise<string>;
  /** Whom the provider's answer is about. @throws SignInRefused, ProviderUnavailable */
  identify(secret: string, answer: ProviderAnswer): Promise<ProviderIdentity>;
  close(): void;
}

const CONNECT_MS = 5_000;
const ANSWER_SECONDS = 10;
const MOST_BYTES = 1_048_576;
/** What a provider says of itself may change. */
const KNOWN_MS = 3_600_000;
/** How far its clock may be from ours. */
const CLOCK_SECONDS = 30;
const MOST_NAME_CHARACTERS = 100;

/** A secret for one sign-in: 256 random bits. */
export function newSignInSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** One of the three values that a sign-in sends; of none can the secret or another be told. */
function derived(secret: string, what: 'state' | 'nonce' | 'verifier'): string {
  return createHmac('sha256', secret).update(what).digest('base64url');
}

export function createIdentityProvider(settings: ProviderSettings): IdentityProvider {
  const agents = openAgents({ keepAlive: false });
  // The operator names this address, so it may be anywhere; each address that the provider names besides is its own word.
  const fetch = createGuardedFetch({
    guard: { lookupFor: () => undefined },
    agents,
    connectTimeoutMs: CONNECT_MS,
    mostBytes: MOST_BYTES,
  });
  let known: { configuration: Promise<oidc.Configuration>; until: number } | undefined;

  /** What the provider says of itself, which is asked for once an hour. */
  async function configured(): Promise<oidc.Configuration> {
    if (known === undefined || known.until < Date.now()) {
      const asked = { configuration: discover(), until: Date.now() + KNOWN_MS };
      known = asked;
      asked.configuration.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    try {
      return await known.configuration;
    } catch (error) {
      throw new ProviderUnavailable('what it says of itself could not be read', { cause: error });
    }
  }

  async function discover(): Promise<oidc.Configuration> {
    const issuer = new URL(settings.issuer);
    return await oidc.discovery(
      issuer,
      settings.clientId,
      {
        ...(settings.clientSecret && { client_secret: settings.clientSecret }),
        [oidc.clockTolerance]: CLOCK_SECONDS,
      },
      settings.clientSecret === undefined ? oidc.None() : secretAsItTakesIt(settings.clientSecret),
      {
        timeout: ANSWER_SECONDS,
        [oidc.customFetch]: (url, { body, ...init }) =>
          fetch(url, { ...init, ...(body == null ? {} : { body: String(body) }) } as RequestInit),
        // The ID token's signature is looked at, too, although it comes by TLS from the provider itself.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(isLoopback(issuer.hostname) ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
  }

  return {
    async addressFor(secret) {
      const address = oidc.buildAuthorizationUrl(await configured(), {
        redirect_uri: settings.redirectUri,
        scope: 'openid email profile',
        state: derived(secret, 'state'),
        nonce: derived(secret, 'nonce'),
        code_challenge: await oidc.calculatePKCECodeChallenge(derived(secret, 'verifier')),
        code_challenge_method: 'S256',
      });
      return address.href;
    },

    async identify(secret, answer) {
      const configuration = await configured();
      const at = new URL(settings.redirectUri);
      for (const [name, value] of Object.entries(answer))
        if (value !== undefined) at.searchParams.set(name, value);
      try {
        const tokens = await oidc.authorizationCodeGrant(configuration, at, {
          expectedState: derived(secret, 'state'),
          expectedNonce: derived(secret, 'nonce'),
          pkceCodeVerifier: derived(secret, 'verifier'),
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new SignInRefused('no ID token came');
        const more =
          configuration.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return identityOf(claims, more);
      } catch (error) {
        throw meaningOf(error);
      }
    },

    close: () => agents.close(),
  };
}

/**
 * Who somebody is by an ID token and what the provider tells besides. An address and its proof are of one of the two: else
 * the proof of one address would be taken for that of another.
 */
export function identityOf(token: oidc.IDToken, userinfo: Partial<oidc.UserInfoResponse>): ProviderIdentity {
  const { email, email_verified: proven } = userinfo.email === undefined ? token : userinfo;
  const name = userinfo.name ?? token.name;
  return {
    issuer: token.iss,
    subject: token.sub,
    email: typeof email === 'string' && proven === true ? email : undefined,
    name: typeof name === 'string' ? name.slice(0, MOST_NAME_CHARACTERS) : '',
  };
}

/** The secret in the way that the provider lists; one that lists none takes it as Basic (OpenID Connect Discovery 3). */
function secretAsItTakesIt(secret: string): oidc.ClientAuth {
  const [post, basic] = [oidc.ClientSecretPost(secret), oidc.ClientSecretBasic(secret)];
  return (server, ...rest) =>
    (server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ? post : basic)(
      server,
      ...rest,
    );
}

/** No answer, one by a server in trouble, or one to a client that it does not know, is the provider's or the operator's affair. */
function meaningOf(error: unknown): Error {
  if (error instanceof SignInRefused) return error;
  const ofClient = error instanceof oidc.ResponseBodyError && UNUSABLE_CLIENT.has(error.error);
  const isNo =
    error instanceof oidc.AuthorizationResponseError ||
    error instanceof oidc.ResponseBodyError ||
    (error instanceof oidc.ClientError && REFUSALS.has(error.code ?? ''));
  if (isNo && !ofClient) return new SignInRefused('the answer is not good', { cause: error });
  return new ProviderUnavailable('it gave no answer that can be used', { cause: error });
}

const UNUSABLE_CLIENT = new Set(['invalid_client', 'unauthorized_client', 'server_error']);

/** What openid-client calls an answer that was read and is not the one that was asked for. */
const REFUSALS = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
]);
