/**
 * A client of the Docker Engine's API: the dozen requests that sandboxes need, over the local socket. Only local
 * engines are of use, for a workspace is mounted by its path.
 */
import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { json as readJson, text as readText } from 'node:stream/consumers';

/** The engine refused; `status` is HTTP's, or 0 when it could not be reached. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface EngineRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** With its query, e.g. `/containers/json?all=true`. */
  path: string;
  /** Sent as JSON, or as it is when it is a stream (of a tar archive). */
  body?: object | Readable;
}

export interface Engine {
  /** Asks for JSON. @throws EngineError for an answer of 400 and above, and when the engine cannot be reached. */
  json<Answer>(options: EngineRequest): Promise<Answer>;
  /** The answer as it comes, for logs and builds. It is for the caller to read or destroy. */
  stream(options: EngineRequest): Promise<IncomingMessage>;
  /** Writes to the standard input of a running container. */
  writeToContainer(name: string, text: string): Promise<void>;
}

/** The socket of this machine's engine, or null when there is none. Does not ask it anything. */
export function findEngineSocket(env: NodeJS.ProcessEnv): string | null {
  if (env.DOCKER_HOST) return env.DOCKER_HOST.startsWith('unix://') ? env.DOCKER_HOST.slice(7) : null;
  const usual = [
    '/var/run/docker.sock',
    join(env.XDG_RUNTIME_DIR ?? '/nowhere', 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
  ];
  return usual.find((path) => existsSync(path)) ?? null;
}

function isStream(body: object): body is Readable {
  return 'pipe' in body;
}

export function connectEngine(socketPath: string): Engine {
  const send = ({ method, path, body }: EngineRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const type = body && isStream(body) ? 'application/x-tar' : 'application/json';
      const sent = request(
        { socketPath, method, path, headers: body ? { 'content-type': type } : {} },
        resolve,
      );
      sent.on('error', (error) =>
        reject(new EngineError(0, `the Docker engine does not answer: ${error.message}`)),
      );
      if (body && isStream(body)) {
        body.on('error', (error) => sent.destroy(error));
        body.pipe(sent);
      } else {
        sent.end(body && JSON.stringify(body));
      }
    });

  const stream = async (options: EngineRequest): Promise<IncomingMessage> => {
    const answer = await send(options);
    if ((answer.statusCode ?? 0) < 400) return answer;
    const text = await readText(answer);
    throw new EngineError(answer.statusCode ?? 0, messageIn(text));
  };

  return {
    stream,
    async json<Answer>(options: EngineRequest) {
      const answer = await stream(options);
      if (answer.statusCode === 204 || answer.statusCode === 304) {
        answer.resume();
        return undefined as Answer;
      }
      return (await readJson(answer)) as Answer;
    },
    writeToContainer: (name, text) =>
      new Promise((resolve, reject) => {
        const failed = (error: Error) => reject(new EngineError(0, error.message));
        const sent = request({
          socketPath,
          method: 'POST',
          path: `/containers/${name}/attach?stream=true&stdin=true`,
          headers: { connection: 'Upgrade', upgrade: 'tcp' },
        });
        sent.on('error', failed);
        sent.on('response', (answer) => failed(new Error(`the engine answered ${answer.statusCode}`)));
        sent.on('upgrade', (_, socket) => {
          socket.on('error', failed);
          socket.end(text, () => resolve());
          socket.resume();
        });
        sent.end();
      }),
  };
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text.trim();
  }
}
