/** A real provider of OpenID Connect on this machine (oidc-provider), and a person's browser that signs in there. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Whom it knows, by the name that they sign in with. */
export type KnownPeople = Record<string, { email: string; email_verified: boolean; name: string }>;

export interface TestProvider {
  issuer: string;
  /** Signs in as that person in a browser of their own; gives the address that the provider sends back to. */
  signIn(address: string, login: string): Promise<URL>;
  close(): Promise<void>;
}

/** It warns of what it takes for a test: keys and rows in memory, and forms without passwords. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console;
  Object.assign(console, { warn: () => {}, info: () => {} });
  try {
    return make();
  } finally {
    Object.assign(console, { warn, info });
  }
}

export const CLIENT = { id: 'paperagent', secret: 'what only the operator knows' };

export async function startProvider(people: KnownPeople, redirectUri: string): Promise<TestProvider> {
  let answer: RequestListener = (_request, response) => response.end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = quietly(
    () =>
      new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        findAccount: (_context: unknown, sub: string) =>
          people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
        pkce: { required: () => true },
        cookies: { keys: ['a key of the tests'] },
        ttl: { Interaction: 3_600, Session: 3_600, Grant: 3_600, AccessToken: 3_600, IdToken: 3_600 },
      }),
  );
  answer = provider.callback();

  return {
    issuer,
    async signIn(address, login) {
      const cookies = new Map<string, string>();
      let at = new URL(address);
      let form: URLSearchParams | undefined;
      for (let hop = 0; hop < 20; hop += 1) {
        const response = await fetch(at, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(form === undefined ? {} : { method: 'POST', body: form }),
        });
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        const to = response.headers.get('location');
        if (to !== null) {
          await response.body?.cancel();
          at = new URL(to, at);
          form = undefined;
          if (at.origin !== issuer) return at;
          continue;
        }
        const page = await response.text();
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
        if (prompt === undefined) throw new Error(`the provider shows no form: ${page.slice(0, 500)}`);
        form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
      }
      throw new Error('the provider leads nowhere');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
