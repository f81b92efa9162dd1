/** Requests with the session's token: renewed once when refused, errors as one shape. */
import { ApiError, apiError, Unreachable } from './api-error.ts';
import type { SessionKeeper } from './session.ts';

export { ApiError, Unreachable };
export interface Http {
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The answer as it is, after its status was checked. */
  raw(path: string, signal?: AbortSignal, headers?: Record<string, string>): Promise<Response>;
  /** Puts a text as it is; `headers` say what it may replace. */
  put(path: string, text: string, headers: Record<string, string>): Promise<Response>;
  /** Posts a file as it is. */
  send<T>(path: string, file: Blob, type: string): Promise<T>;
  /** Posts a form by XMLHttpRequest, which alone tells how far an upload is. */
  upload<T>(path: string, form: FormData, watch: UploadWatch): Promise<T>;
}

export interface UploadWatch {
  /** How much of the body has gone out, in bytes. */
  progress(sent: number): void;
  signal: AbortSignal;
}

/** Posts a form with that token (post-form.ts: it needs a browser). */
export type PostForm = <T>(
  path: string,
  form: FormData,
  watch: UploadWatch & { token: string },
) => Promise<T>;

interface RequestInit {
  method?: string;
  body?: unknown;
  /** Sent as it stands, in place of a JSON `body`. */
  text?: string | Blob;
  headers?: Record<string, string>;
  token?: string;
  signal?: AbortSignal | undefined;
}

/** One request without a session. @throws ApiError, Unreachable */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...init.headers };
  if (init.token !== undefined) headers.authorization = `Bearer ${init.token}`;
  if (init.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method: init.method ?? 'GET',
      headers,
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      ...(init.text === undefined ? {} : { body: init.text }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable('the server cannot be reached', { cause: error });
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export function createHttp(session: SessionKeeper, postForm: PostForm): Http {
  /** With a token that is good, and once more with another where it was refused. */
  async function authorised<T>(work: (token: string) => Promise<T>): Promise<T> {
    const { accessToken } = await session.fresh();
    try {
      return await work(accessToken);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      const renewed = await session.renew(accessToken);
      return work(renewed.accessToken);
    }
  }
  const ask = (path: string, init: RequestInit) => authorised((token) => request(path, { ...init, token }));
  return {
    async json<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await ask(path, { method, body });
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    raw: (path, signal, headers = {}) => ask(path, { signal, headers }),
    put: (path, text, headers) => ask(path, { method: 'PUT', text, headers }),
    async send<T>(path: string, file: Blob, type: string) {
      const response = await ask(path, { method: 'POST', text: file, headers: { 'content-type': type } });
      return (await response.json()) as T;
    },
    upload: <T>(path: string, form: FormData, watch: UploadWatch) =>
      authorised((token) => postForm<T>(path, form, { ...watch, token })),
  };
}

async function errorOf(response: Response): Promise<ApiError> {
  return apiError(response.status, await response.text(), response.headers.get('Retry-After'));
}
