/** Plain HTTP to the engine's socket: small answers whole, long ones as they come. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  body: string;
}

/** Sends one request; its body, where there is one, is JSON. */
export function send(
  socketPath: string,
  { method, path, json }: { method: string; path: string; json?: string },
): ClientRequest {
  const headers =
    json === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  const sent = request({ socketPath, method, path, headers: { host: 'docker', ...headers }, agent: false });
  sent.end(json);
  return sent;
}

/** The head of the answer. @throws where the engine does not answer */
export function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
}

/** The whole answer. @throws where the engine does not answer */
export async function askEngine(
  socketPath: string,
  asked: { method: string; path: string; json?: string },
): Promise<Answer> {
  const answer = await answerTo(send(socketPath, asked));
  return { status: answer.statusCode ?? 502, body: await text(answer) };
}
