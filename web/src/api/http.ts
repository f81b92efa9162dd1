/** Requests with the session's token: renewed once when refused, errors as one shape. */
import type { SessionKeeper } from './session.ts';

/** The API said no; `code` is one of its closed set, `message` a sentence for a person. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** No answer came: the network or the server is away. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

export interface Http {
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The answer as it is, after its status was checked. */
  raw(path: string, signal?: AbortSignal): Promise<Response>;
}

/** One request without a session. @throws ApiError, Unreachable */
export async function request(
  path: string,
  init: { method?: string; body?: unknown; token?: string; signal?: AbortSignal | undefined } = {},
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (init.token !== undefined) headers.authorization = `Bearer ${init.token}`;
  if (init.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method: init.method ?? 'GET',
      headers,
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable('the server cannot be reached', { cause: error });
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export function createHttp(session: SessionKeeper): Http {
  async function authorised(path: string, init: Parameters<typeof request>[1]): Promise<Response> {
    const { accessToken } = await session.fresh();
    try {
      return await request(path, { ...init, token: accessToken });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      const renewed = await session.renew(accessToken);
      return request(path, { ...init, token: renewed.accessToken });
    }
  }
  return {
    async json<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await authorised(path, { method, body });
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    raw: (path, signal) => authorised(path, { signal }),
  };
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new ApiError(response.status, error.code, error.message);
  } catch {
    // A proxy's page, say: its status is all there is to tell.
    return new ApiError(
      response.status,
      `http_${response.status}`,
      response.statusText || `HTTP ${response.status}`,
    );
  }
}
