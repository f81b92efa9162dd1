/**
 * Who is signed in, and a token that is still good. Refresh tokens rotate and a reused one revokes the whole
 * family (A1), so all tabs share one store and renew one at a time.
 */
import type { Session as TokenAnswer, User } from '../../../src/protocol/auth.ts';

export interface StoredSession {
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  expiresAt: number;
  user: User;
}

/** What login, register, refresh and guest answer; `expiresIn` is in seconds. */
export type { TokenAnswer, User };

export interface SessionStore {
  read(): StoredSession | null;
  write(session: StoredSession | null): void;
}

export interface SessionDependencies {
  store: SessionStore;
  /** Exchanges a refresh token. @throws SessionOver when the server refuses it; any other error is passing. */
  refresh(refreshToken: string): Promise<TokenAnswer>;
  /** Runs one renewal at a time over all tabs. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  now(): number;
}

/** The session cannot be renewed: the person has to sign in again. */
export class SessionOver extends Error {
  override name = 'SessionOver';
}

export interface SessionKeeper {
  current(): StoredSession | null;
  /** Takes the answer of a login as the session. */
  begin(answer: TokenAnswer): StoredSession;
  /**
   * Takes the session that `ask` gets in the place of the one that is here, which the server ends as it answers: whoever
   * is refused meanwhile waits for the new one.
   */
  replace(ask: () => Promise<TokenAnswer>): Promise<StoredSession>;
  end(): void;
  /** A session whose access token lasts at least another half minute. @throws SessionOver */
  fresh(): Promise<StoredSession>;
  /** A session whose access token is another than `refused`. @throws SessionOver */
  renew(refused: string): Promise<StoredSession>;
}

const MARGIN_MS = 30_000;

export function createSessionKeeper(dependencies: SessionDependencies): SessionKeeper {
  const { store, now } = dependencies;
  let renewing: Promise<StoredSession> | null = null;
  let replacing: Promise<unknown> = Promise.resolve();

  function begin(answer: TokenAnswer): StoredSession {
    const session: StoredSession = {
      accessToken: answer.accessToken,
      refreshToken: answer.refreshToken,
      expiresAt: now() + answer.expiresIn * 1000,
      user: answer.user,
    };
    store.write(session);
    return session;
  }

  function stored(): StoredSession {
    const session = store.read();
    if (session === null) throw new SessionOver('nobody is signed in');
    return session;
  }

  async function exchange(refused: string): Promise<StoredSession> {
    // Another tab may have renewed while this one waited: its tokens are the family's newest.
    const session = stored();
    if (session.accessToken !== refused && session.expiresAt - now() > MARGIN_MS) return session;
    try {
      return begin(await dependencies.refresh(session.refreshToken));
    } catch (error) {
      if (!(error instanceof SessionOver)) throw error;
      // Another tab renewed in the same instant, and its answer has come: its tokens are good.
      const now = store.read();
      if (now !== null && now.refreshToken !== session.refreshToken) return now;
      store.write(null);
      throw error;
    }
  }

  function renew(refused: string): Promise<StoredSession> {
    renewing ??= replacing
      .then(() => dependencies.exclusively(() => exchange(refused)))
      .finally(() => {
        renewing = null;
      });
    return renewing;
  }

  return {
    current: () => store.read(),
    begin,
    replace(ask) {
      const replaced = dependencies.exclusively(async () => begin(await ask()));
      // What became of it is said to who asked for it; for the others it is over.
      replacing = replaced.catch(() => {});
      return replaced;
    },
    end: () => store.write(null),
    renew,
    async fresh() {
      const session = stored();
      return session.expiresAt - now() > MARGIN_MS ? session : renew(session.accessToken);
    },
  };
}
