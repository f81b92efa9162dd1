/**
 * The Docker Engine, asked through dockerode. Only local engines are of use, for a workspace is mounted by its
 * path. The library is loaded once an engine's socket is there: it takes 34 MB and 200 ms, which a process
 * without an engine need not pay.
 */
import type Docker from 'dockerode';

/** The engine refused; `status` is HTTP's, or 0 when it could not be reached. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Far above what an engine takes whose machine is busy. */
const ANSWER_MS = 60_000;

export async function connectEngine(socketPath: string): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  return new Dockerode({ socketPath });
}

/**
 * Waits for an answer of the engine.
 * @throws EngineError for an answer of 400 and above, when the engine cannot be reached, and when it is silent:
 * dockerode never settles a request whose answer breaks off in its middle.
 */
export async function ask<Answer>(asked: Promise<Answer>): Promise<Answer> {
  const silent = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silent.reject(new EngineError(0, `the Docker engine does not answer within ${ANSWER_MS / 1000} s`)),
    ANSWER_MS,
  );
  try {
    return await Promise.race([asked.catch(refused), silent.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What dockerode throws has HTTP's status, or the code of the socket's error. */
export function refused(error: unknown): never {
  const { statusCode, json, code, message } = error as {
    statusCode?: number;
    json?: { message?: string } | null;
    code?: string;
    message: string;
  };
  // Where the answer was to be a stream, its text is only in the message: "(HTTP code 404) no such … - TEXT".
  if (statusCode !== undefined)
    throw new EngineError(statusCode, json?.message ?? message.replace(/^\(HTTP code.*? - /s, '').trim());
  if (code !== undefined) throw new EngineError(0, `the Docker engine does not answer: ${message}`);
  throw error;
}

/** Resolves with null where the engine answers with one of these: it is gone, or was never there. */
export async function unlessStatus<Answer>(
  statuses: number[],
  asked: Promise<Answer>,
): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EngineError && statuses.includes(error.status)) return null;
    throw error;
  }
}
