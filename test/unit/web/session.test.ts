import { expect, test } from '@jest/globals';
import {
  createSessionKeeper,
  SessionOver,
  type StoredSession,
  type TokenAnswer,
} from '../../../web/src/api/session.ts';

const user = {
  ...{ id: 'u', email: null, name: 'Guest', guest: true, createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ password: false, provider: false },
};
const tokens = (n: number): TokenAnswer => ({
  accessToken: `access ${n}`,
  refreshToken: `refresh ${n}`,
  expiresIn: 900,
  user,
});

function setUp() {
  let held: StoredSession | null = null;
  const asked: string[] = [];
  const clock = { now: 0 };
  let refuse: Error | null = null;
  const keeper = createSessionKeeper({
    store: {
      read: () => held,
      write: (session) => {
        held = session;
      },
    },
    async refresh(refreshToken) {
      asked.push(refreshToken);
      if (refuse !== null) throw refuse;
      return tokens(asked.length + 1);
    },
    exclusively: (work) => work(),
    now: () => clock.now,
  });
  return {
    keeper,
    asked,
    clock,
    refuseWith: (error: Error) => {
      refuse = error;
    },
    anotherTabHas: (session: StoredSession) => {
      held = session;
    },
  };
}

test('a token that lasts is used as it is; one about to expire is renewed first', async () => {
  const { keeper, asked, clock } = setUp();
  keeper.begin(tokens(1));
  expect((await keeper.fresh()).accessToken).toBe('access 1');
  clock.now = 871_000;
  expect((await keeper.fresh()).accessToken).toBe('access 2');
  expect(asked).toEqual(['refresh 1']);
});

test('A1: calls that need a new token at once share one refresh, for a reused one would end the session', async () => {
  const { keeper, asked } = setUp();
  keeper.begin(tokens(1));
  const sessions = await Promise.all([1, 2, 3].map(() => keeper.renew('access 1')));
  expect(sessions.map((session) => session.accessToken)).toEqual(['access 2', 'access 2', 'access 2']);
  expect(asked).toEqual(['refresh 1']);
});

test('A1: what another tab has renewed meanwhile is taken, not renewed again', async () => {
  const { keeper, asked, anotherTabHas } = setUp();
  keeper.begin(tokens(1));
  anotherTabHas({ accessToken: 'theirs', refreshToken: 'r', expiresAt: 900_000, user });
  expect((await keeper.renew('access 1')).accessToken).toBe('theirs');
  expect(asked).toEqual([]);
});

test('a refresh that the server refuses ends the session; one that only failed keeps it', async () => {
  const { keeper, refuseWith } = setUp();
  keeper.begin(tokens(1));
  refuseWith(new TypeError('offline'));
  await expect(keeper.renew('access 1')).rejects.toThrow('offline');
  expect(keeper.current()).not.toBeNull();
  refuseWith(new SessionOver('reused'));
  await expect(keeper.renew('access 1')).rejects.toThrow(SessionOver);
  expect(keeper.current()).toBeNull();
  await expect(keeper.fresh()).rejects.toThrow(SessionOver);
});

test('two tabs that renew in the same instant stay signed in: a refusal is no end where the other has newer tokens', async () => {
  const { keeper, refuseWith, anotherTabHas } = setUp();
  keeper.begin(tokens(1));
  refuseWith(new SessionOver('reused'));
  const renewing = keeper.renew('access 1');
  anotherTabHas({ ...tokens(7), expiresAt: 900_000 });
  expect((await renewing).accessToken).toBe('access 7');
  expect(keeper.current()?.refreshToken).toBe('refresh 7');
});

test('SR-L8: who is refused while a guest becomes an account waits for the account’s tokens, and is not signed out', async () => {
  const { keeper, asked, refuseWith } = setUp();
  keeper.begin(tokens(1));
  refuseWith(new SessionOver('the guest’s session has ended'));
  const answer = Promise.withResolvers<TokenAnswer>();
  const replacing = keeper.replace(() => answer.promise);
  const refused = keeper.renew('access 1');
  answer.resolve(tokens(9));
  expect((await refused).accessToken).toBe('access 9');
  expect((await replacing).accessToken).toBe('access 9');
  expect(asked).toEqual([]);
});

test('an account that could not be made leaves the guest as they were, and their renewals go on', async () => {
  const { keeper, asked } = setUp();
  keeper.begin(tokens(1));
  const replacing = keeper.replace(() => Promise.reject(new Error('the address is taken')));
  const renewing = keeper.renew('access 1');
  await expect(replacing).rejects.toThrow('the address is taken');
  expect((await renewing).accessToken).toBe('access 2');
  expect(asked).toEqual(['refresh 1']);
});
