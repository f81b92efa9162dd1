/** The guest account that questions from the terminal are asked by; its tokens are kept under PA_DATA. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorBody } from '../../protocol/errors.ts';

const kept = z.object({ refreshToken: z.string() });
const session = z.object({ accessToken: z.string(), refreshToken: z.string() });

/** An answer that is not a success, as one sentence. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Guest {
  /** Gives a fresh access token. */
  renew(): Promise<string>;
  /** Sends JSON to a route as this guest and gives what comes back. @throws RefusedError */
  post(path: string, body: unknown): Promise<unknown>;
}

/** Signs in as the guest of this data folder; makes one when there is none, or when the server knows it no more. */
export async function signInAsGuest(appUrl: string, dataDir: string): Promise<Guest> {
  const file = join(dataDir, 'ask-session.json');
  let token = '';
  await renew();

  async function renew(): Promise<string> {
    const before = readKept(file);
    const fresh = session.parse(
      (before && (await refresh(before.refreshToken))) ?? (await call('/api/auth/guest', {})),
    );
    writeFileSync(`${file}.new`, JSON.stringify({ refreshToken: fresh.refreshToken }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    token = fresh.accessToken;
    return token;
  }

  async function refresh(refreshToken: string): Promise<unknown> {
    try {
      return await call('/api/auth/refresh', { refreshToken });
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) return undefined;
      throw error;
    }
  }

  async function call(path: string, body: unknown, bearer?: string): Promise<unknown> {
    const response = await fetch(new URL(path, appUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const said = errorBody.safeParse(answer);
    throw new RefusedError(
      response.status,
      said.data?.error.message ?? `${path} answered ${response.status}`,
    );
  }

  return { renew, post: (path, body) => call(path, body, token) };
}

function readKept(file: string): z.infer<typeof kept> | undefined {
  try {
    return kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // none yet, or damaged: a new guest
  }
}
