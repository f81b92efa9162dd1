import { type InjectionKey, inject, type Ref, shallowRef } from 'vue';
import { ApiError, createHttp, type Http, request } from '../api/http.ts';
import { postForm } from '../api/post-form.ts';
import {
  createSessionKeeper,
  type SessionKeeper,
  SessionOver,
  type StoredSession,
  type TokenAnswer,
  type User,
} from '../api/session.ts';

import { browserStore } from './browser-store.ts';

export interface SessionContext {
  user: Readonly<Ref<User | null>>;
  keeper: SessionKeeper;
  http: Http;
  signIn(email: string, password: string): Promise<void>;
  /** A guest becomes the account and keeps everything. */
  register(email: string, password: string, invitation?: string): Promise<void>;
  /** Takes the session that `path` gives; a guest becomes its account, and of `asAccount` an account is told, too. */
  enter(path: string, body: object, asAccount?: boolean): Promise<void>;
  beGuest(): Promise<void>;
  signOut(): Promise<void>;
  /** The account is gone, and its sessions with it. */
  forget(): void;
}

const KEY = 'paperagent.session';
export const sessionKey: InjectionKey<SessionContext> = Symbol('session');

/** The browser's session: tokens in localStorage, shared by all tabs. Made once, by main.ts. */
export function createSessionContext(): SessionContext {
  const user = shallowRef<User | null>(read()?.user ?? null);
  const keeper = createSessionKeeper({
    store: {
      read,
      write(session) {
        if (session === null) browserStore.removeItem(KEY);
        else browserStore.setItem(KEY, JSON.stringify(session));
        user.value = session?.user ?? null;
      },
    },
    async refresh(refreshToken) {
      try {
        const answer = await request('/api/auth/refresh', { method: 'POST', body: { refreshToken } });
        return (await answer.json()) as TokenAnswer;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 401 || error.status === 400)) {
          throw new SessionOver('the session has ended', { cause: error });
        }
        throw error;
      }
    },
    // Web Locks need a secure context; without them two tabs may renew in the same instant, which the server forgives.
    exclusively: (work) => ('locks' in navigator ? navigator.locks.request(KEY, work) : work()),
    now: Date.now,
  });
  addEventListener('storage', (event) => {
    if (event.key === KEY || event.key === null) user.value = read()?.user ?? null;
  });

  async function ask(path: string, body?: unknown, token?: string): Promise<TokenAnswer> {
    const answer = await request(path, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
      ...(token === undefined ? {} : { token }),
    });
    return (await answer.json()) as TokenAnswer;
  }

  async function enter(path: string, body: object, asAccount = false): Promise<void> {
    const token = user.value?.guest || asAccount ? (await keeper.fresh()).accessToken : undefined;
    await keeper.replace(() => ask(path, body, token));
  }

  return {
    user,
    keeper,
    http: createHttp(keeper, postForm),
    async signIn(email, password) {
      keeper.begin(await ask('/api/auth/login', { email, password }));
    },
    register: (email, password, invitation) => enter('/api/auth/register', { email, password, invitation }),
    enter,
    async beGuest() {
      keeper.begin(await ask('/api/auth/guest'));
    },
    forget: () => keeper.end(),
    async signOut() {
      const session = keeper.current();
      keeper.end();
      if (session === null) return;
      const body = { refreshToken: session.refreshToken };
      await request('/api/auth/logout', { method: 'POST', token: session.accessToken, body });
    },
  };
}

export function useSession(): SessionContext {
  const context = inject(sessionKey);
  if (context === undefined) throw new Error('the session is provided by main.ts');
  return context;
}

function read(): StoredSession | null {
  const text = browserStore.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as StoredSession);
}
