/**
 * Sign-in by the operator's provider of OpenID Connect (H9). Somebody is known by issuer and subject alone. An address
 * gives nobody an account that is there already: here nobody has proven theirs, so who had registered with another's
 * address would otherwise share the account of its owner. Who has an account connects it, signed in to it.
 */
import { createRoute } from '@hono/zod-openapi';
import { type Database, inTransaction } from '../../db/database.ts';
import {
  addIdentity,
  beginProviderSignIn,
  findIdentity,
  removeIdentities,
  takeProviderSignIn,
} from '../../db/identities.ts';
import { storableText } from '../../db/storable.ts';
import { findUser, type UserRow } from '../../db/users.ts';
import * as shapes from '../../protocol/auth.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Log } from '../log.ts';
import { optionalPerson, requirePerson, requireUser } from '../middleware/require-user.ts';
import { bearer, body, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import {
  type IdentityProvider,
  newSignInSecret,
  type ProviderIdentity,
  ProviderUnavailable,
  SignInRefused,
} from './identity-provider.ts';
import { admitted, registered } from './new-account.ts';
import { openSession } from './sessions.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { hashOf, type Identity } from './tokens.ts';

/** How long somebody may take at the provider. */
const SIGN_IN_SECONDS = 1_200;

const tags = ['auth'];

const begin = createRoute({
  method: 'post',
  path: '/provider/begin',
  tags,
  description: 'Where to go to sign in by the operator’s provider, and a secret to keep for the way back.',
  responses: { 200: json(shapes.providerSignIn, 'where to go'), ...errors(404, 429, 503) },
});
const finish = createRoute({
  method: 'post',
  path: '/provider/finish',
  tags,
  description:
    'With what the provider sent back. With a guest’s access token that guest becomes the account, where it is a new ' +
    'one, and keeps their Works; with an account’s and `connect` that account may be signed in to so.',
  request: { body: body(shapes.providerAnswer) },
  responses: {
    200: json(shapes.session, 'tokens, and whose they are'),
    ...errors(400, 401, 403, 404, 409, 413, 429, 503),
  },
});
const disconnect = createRoute({
  method: 'delete',
  path: '/provider',
  tags,
  security: bearer,
  description: 'The account is signed in to by its password alone from now on.',
  responses: { 204: { description: 'done' }, ...errors(401, 403, 409) },
});

export function providerRoutes(deps: ApiDependencies): Router {
  const { db, tokens, config, provider } = deps;
  const app = createRouter();
  const limit = createSignInLimit(db, config);

  app.openapi(begin, async (c) => {
    await limit.provider(c);
    const { addressFor } = set(provider);
    const secret = newSignInSecret();
    const url = await spoken(c.get('log'), addressFor(secret));
    await beginProviderSignIn(db, hashOf(secret), SIGN_IN_SECONDS);
    return c.json({ url, secret }, 200);
  });

  app.openapi(finish, async (c) => {
    await limit.provider(c);
    const { identify } = set(provider);
    const { secret, invitation, connect, ...answer } = c.req.valid('json');
    const by = await optionalPerson(c, tokens);
    // Used up before the provider is asked: of answers that come at once one is looked at.
    if (!(await takeProviderSignIn(db, hashOf(secret)))) throw refused();
    const found = await spoken(c.get('log'), identify(secret, answer));
    const user = connect
      ? await connected(found, by)
      : ((await accountOf(found)) ?? (await newcomer(found, by, invitation)));
    return c.json(await openSession(deps, user), 200);

    async function newcomer(
      identity: ProviderIdentity,
      guest: Identity | undefined,
      code: string | undefined,
    ) {
      await limit.register(c);
      const { registration = 'closed' } = config.provider ?? {};
      return await admitted(db, { registration, invitation: code }, (held) => made(held, identity, guest));
    }
  });

  async function accountOf(identity: ProviderIdentity): Promise<UserRow | undefined> {
    const id = await findIdentity(db, identity);
    return id === undefined ? undefined : await findUser(db, id);
  }

  /** @throws ApiError forbidden without an account, conflict where the identity is another account's */
  async function connected(identity: ProviderIdentity, by: Identity | undefined): Promise<UserRow> {
    const user = by && (await findUser(db, by.userId));
    if (user === undefined || user.guest)
      throw new ApiError('forbidden', 'Sign in to the account that is to be connected, then connect it.');
    if (!(await addIdentity(db, user.id, identity))) throw notTheirs();
    return { ...user, provider: true };
  }

  /** An account of its own, of the guest who asks where there is one. @throws ApiError forbidden, email_taken, conflict */
  async function made(
    held: Database,
    identity: ProviderIdentity,
    guest: Identity | undefined,
  ): Promise<UserRow> {
    const email = identity.email === undefined ? null : addressOf(identity.email);
    const { domains } = config.provider ?? {};
    if (domains !== undefined && !domains.includes(email?.split('@').at(-1) ?? ''))
      throw new ApiError(
        'forbidden',
        `Accounts on this server are for proven addresses of ${domains.join(', ')}. Yours is of another domain, or not proven.`,
      );
    return await inTransaction(held, async (both) => {
      const account = { email, passwordHash: null, name: storableText(identity.name) };
      const user = await registered(both, account, guest);
      // Another answer about the same person was quicker: theirs is the account.
      if (!(await addIdentity(both, user.id, identity))) throw notTheirs();
      return { ...user, provider: true };
    });
  }

  app.use('/provider', requireUser(tokens), requirePerson);
  app.openapi(disconnect, async (c) => {
    if (!(await removeIdentities(db, c.get('identity').userId)))
      throw new ApiError('conflict', 'Nothing else opens this account: it has no password.');
    return c.body(null, 204);
  });

  /** What the provider gives, its failures told and logged: without what it said, which may be of a person. */
  async function spoken<T>(log: Log, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof SignInRefused || error instanceof ProviderUnavailable)) throw error;
      const why = reasonOf(error.cause);
      if (error instanceof SignInRefused) {
        log.info({ why }, 'a sign-in by the provider was refused');
        throw refused();
      }
      log.warn({ why }, 'the provider of sign-ins gave no answer that can be used');
      const name = config.provider?.name ?? '';
      throw new ApiError(
        'unavailable',
        `${name} does not answer at present. Try again, or sign in with a password.`,
        {
          retryAfter: 5,
        },
      );
    }
  }

  return app;
}

/** @throws ApiError not_found where there is no provider */
function set(provider: IdentityProvider | undefined): IdentityProvider {
  if (provider === undefined) throw notFound('way to sign in');
  return provider;
}

/** As accounts have it; null for what is none. */
function addressOf(text: string): string | null {
  const parsed = shapes.email.safeParse(text);
  return parsed.success ? storableText(parsed.data) : null;
}

/** Codes and names of errors, from the outermost to the innermost. */
function reasonOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, error: said } = error as { code?: unknown; error?: unknown };
  const words = [error.name, error.message, code, said].filter((word) => typeof word === 'string');
  return [words.join(' ').slice(0, 300), ...reasonOf(error.cause)].slice(0, 5);
}

function refused(): ApiError {
  return new ApiError(
    'forbidden',
    'This sign-in did not come to an end, or was begun in another browser. Begin it again.',
  );
}

function notTheirs(): ApiError {
  return new ApiError(
    'conflict',
    'This sign-in belongs to another account. Sign in with it to use that one.',
  );
}
