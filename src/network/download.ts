/** GET of something large from the internet, by whichever way leads there (agents.ts). */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { openAgents, proxyFor } from './agents.ts';

/** Releases are a redirect or two away from their address. */
const MOST_REDIRECTS = 5;

/**
 * The body of the answer, redirects followed. Whoever reads it may destroy it.
 * @param headMs milliseconds until each answer's head must be there; its body is read without that limit
 * @throws Error saying what came instead; where a proxy was asked, it is named
 */
export async function download(url: URL, headMs: number): Promise<IncomingMessage> {
  let at = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await head(at, headMs);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return answer;
    answer.destroy();
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
      throw new Error(`HTTP ${statusCode}${byProxy(at)}`);
    }
    const next = new URL(headers.location, at);
    // What was asked for over TLS is not taken without it.
    if (at.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error('a redirect leads away from TLS');
    at = next;
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`);
}

async function head(url: URL, headMs: number): Promise<IncomingMessage> {
  const agents = openAgents({ keepAlive: false });
  const answered = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    agent: agents.agentFor(url),
  });
  request.on('response', answered.resolve);
  request.on('error', (error) =>
    answered.reject(new Error(`${error.message}${byProxy(url)}`, { cause: error })),
  );
  const late = setTimeout(() => request.destroy(new Error('no answer')), headMs);
  request.end();
  return await answered.promise.finally(() => clearTimeout(late));
}

function byProxy(url: URL): string {
  const proxy = proxyFor(url);
  // Never its user and password.
  return proxy === undefined ? '' : ` (by the proxy ${proxy.host})`;
}
