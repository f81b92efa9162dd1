/** What goes wrong with a request: an answer that says no, or none. */

/** The API said no; `code` is one of its closed set, `message` a sentence for a person. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** After how many seconds the same may be asked again, where the answer says so (Retry-After). */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** No answer came: the network or the server is away. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** The error of an answer whose status is none of success; `retryAfter`: its header, in seconds. */
export function apiError(status: number, body: string, retryAfter: string | null): ApiError {
  const seconds = Number(retryAfter ?? Number.NaN);
  const after = Number.isFinite(seconds) ? seconds : undefined;
  try {
    const { error } = JSON.parse(body) as { error: { code: string; message: string } };
    return new ApiError(status, error.code, error.message, after);
  } catch {
    // A proxy's page, say: its status is all there is to tell.
    return new ApiError(status, `http_${status}`, `HTTP ${status}`, after);
  }
}
