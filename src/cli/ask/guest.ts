/** The guest account that questions from the terminal are asked by; its tokens are kept under PA_DATA. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { takeLock } from '../../os/process-lock.mjs';
import { session } from '../../protocol/auth.ts';
import { errorBody } from '../../protocol/errors.ts';

const tokens = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });
type Tokens = z.infer<typeof tokens>;

/** A token with less time than this is not begun with. */
const LEAST_MS = 30_000;

/** An answer that is not a success, as one sentence. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** Whether the same may succeed a little later. */
  get passes(): boolean {
    return this.status >= 500 || this.status === 429;
  }
}

export interface Guest {
  /** Gives an access token that is valid for a while, and another than `refused`, which the server did not take. */
  token(refused?: string): Promise<string>;
  /** Sends JSON to a route as this guest and gives what comes back. @throws RefusedError */
  post(path: string, body: unknown): Promise<unknown>;
  /** What a route gives this guest. @throws RefusedError */
  get(path: string): Promise<unknown>;
}

/** Somebody with a key for programs (I1), in place of a guest. */
export function keyHolder(appUrl: string, key: string): Guest {
  return {
    async token(refused) {
      if (refused !== undefined) throw new RefusedError(401, 'the key is not taken: make another');
      return key;
    },
    post: (path, body) => callRoute(appUrl, path, { body, bearer: key }),
    get: (path) => callRoute(appUrl, path, { bearer: key }),
  };
}

/**
 * The guest of this data folder; made when there is none, or when the server knows it no more. Several questions
 * may be asked at once: a refresh token works once, so one process refreshes and the others read what it got.
 */
export function guestOf(appUrl: string, dataDir: string): Guest {
  const file = join(dataDir, 'ask-session.json');

  async function token(refused?: string): Promise<string> {
    const release = await takeLockPatiently(`${file}.lock`);
    try {
      const kept = readTokens(file);
      if (kept && kept.accessToken !== refused && kept.expiresAt > Date.now() + LEAST_MS)
        return kept.accessToken;
      const answer = (kept && (await refresh(kept.refreshToken))) ?? (await call('/api/auth/guest', {}));
      const { accessToken, refreshToken, expiresIn } = session.parse(answer);
      keepTokens(file, { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1000 });
      return accessToken;
    } finally {
      release();
    }
  }

  async function refresh(refreshToken: string): Promise<unknown> {
    try {
      return await call('/api/auth/refresh', { refreshToken });
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) return undefined;
      throw error;
    }
  }

  const call = (path: string, body: unknown) => callRoute(appUrl, path, { body });

  async function asGuest(path: string, body?: unknown): Promise<unknown> {
    const bearer = await token();
    try {
      return await callRoute(appUrl, path, { body, bearer });
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 401)) throw error;
      return callRoute(appUrl, path, { body, bearer: await token(bearer) });
    }
  }

  return { token, post: asGuest, get: (path) => asGuest(path) };
}

/** Posts where there is a body. @throws RefusedError */
async function callRoute(
  appUrl: string,
  path: string,
  { body, bearer }: { body?: unknown; bearer?: string },
): Promise<unknown> {
  const response = await fetch(new URL(path, appUrl), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const said = errorBody.safeParse(answer);
  throw new RefusedError(response.status, said.data?.error.message ?? `${path} answered ${response.status}`);
}

async function takeLockPatiently(file: string): Promise<() => void> {
  for (;;) {
    const lock = takeLock(file);
    if (lock.taken) return lock.release;
    await delay(20);
  }
}

function readTokens(file: string): Tokens | undefined {
  try {
    return tokens.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // none yet, or damaged: a new guest
  }
}

function keepTokens(file: string, kept: Tokens): void {
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
