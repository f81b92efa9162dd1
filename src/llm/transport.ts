/**
 * One POST to a model server. The package `openai` builds it (URL, authorization, body); it goes out through a fetch
 * of ours over `node:http`, which decides on the address as the socket connects (A6) and leaves the answer's body to
 * our own reader: the package's reads on after the end, takes a cut for one, and prints what it cannot parse.
 */
import http from 'node:http';
import https from 'node:https';
import type OpenAI from 'openai';
import { limitConnecting } from '../network/address-guard.ts';
import type { ModelConnection } from './connection.ts';
import type { Profile } from './profiles/profile.ts';
import type { ModelEndpoint } from './types.ts';

/** The client has a deadline of its own; ours are finer, so its is out of the way. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
/** Answers before the answer (100, 102, 103): a server has one or two to give. */
const MOST_INTERIM = 20;
/** What the client would tell of this machine. */
const UNTOLD = Object.fromEntries(
  ['arch', 'lang', 'os', 'package-version', 'retry-count', 'runtime', 'runtime-version', 'timeout'].map(
    (name) => [`x-stainless-${name}`, null],
  ),
);

export interface Sending {
  /** Called once, at the status line. */
  onResponse(response: http.IncomingMessage): void;
  /** Called with each request that goes out, so that it can be given up. */
  onRequest(request: http.ClientRequest): void;
  /** What broke before or behind the status line. */
  onError(error: unknown): void;
}

/**
 * Sends what `send` has the client build. Never rejects: what goes wrong is told to `sending`.
 */
export async function post(
  connection: ModelConnection,
  endpoint: ModelEndpoint,
  profile: Profile,
  send: (client: OpenAI) => Promise<unknown>,
  sending: Sending,
): Promise<void> {
  try {
    const client = await clientFor(endpoint, profile, async (url, init) => {
      try {
        return await fetchOver(connection, url, init, sending);
      } catch (error) {
        // As it is: the client would wrap it.
        sending.onError(error);
        throw error;
      }
    });
    await send(client);
  } catch (error) {
    sending.onError(error);
  }
}

async function clientFor(
  { baseUrl, apiKey }: ModelEndpoint,
  { auth, headers }: Profile,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<OpenAI> {
  const { OpenAI: Client } = await loadClient();
  const url = new URL(baseUrl);
  const query = Object.fromEntries(url.searchParams);
  url.search = '';
  const key =
    auth === 'bearer'
      ? { authorization: apiKey === '' ? null : `Bearer ${apiKey}` }
      : { authorization: null };
  return new Client({
    apiKey: 'sent by a header',
    baseURL: url.href.replace(/\/+$/, ''),
    defaultQuery: query,
    defaultHeaders: {
      ...UNTOLD,
      'user-agent': 'PaperAgent',
      // Before ours: none of them decides who we say we are, or in which form the answer comes.
      ...headers,
      accept: 'text/event-stream, application/json',
      'accept-encoding': 'identity',
      ...key,
      ...(auth === 'api-key' ? { 'api-key': apiKey } : {}),
    },
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: 'off',
    fetch: (to, init = {}) => fetch(String(to), init),
  });
}

let loaded: Promise<typeof import('openai')> | undefined;

/** The client's source takes a tenth of a second to load: at the first call, or before it where a process is ready for one. */
export function loadClient(): Promise<typeof import('openai')> {
  loaded ??= import('openai');
  return loaded;
}

/** What the client is told of an answer: that there is one. */
const ANSWERED = new Response(null);

function fetchOver(
  connection: ModelConnection,
  to: string,
  init: RequestInit,
  sending: Sending,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const url = new URL(to);
    const lookup = connection.lookupFor(url);
    const secure = url.protocol === 'https:';
    const body = String(init.body);
    const sent = (secure ? https : http).request(url, {
      method: 'POST',
      agent: connection.agentFor(url),
      ...(lookup === undefined ? {} : { lookup }),
      headers: {
        ...Object.fromEntries(new Headers(init.headers)),
        'content-length': Buffer.byteLength(body),
      },
    });
    let begun = false;
    let interim = 0;
    const count = () => {
      interim += 1;
      if (interim > MOST_INTERIM) sent.destroy(new Error('the server answers and answers without an answer'));
    };
    sending.onRequest(sent);
    connection.onWire?.({ kind: 'request', path: url.pathname, body });
    sent.on('socket', (socket) => limitConnecting(socket, connection.connectTimeoutMs));
    sent.on('information', count);
    sent.on('continue', count);
    sent.on('response', (response) => {
      begun = true;
      if (connection.onWire !== undefined) listen(response, connection.onWire);
      sending.onResponse(response);
      resolve(ANSWERED);
    });
    sent.on('error', (error) => {
      if (!begun && sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
        // The server had closed this idle socket as we wrote to it: nobody has read the request.
        fetchOver(connection, to, init, sending).then(resolve, reject);
        return;
      }
      if (begun) sending.onError(error);
      else reject(error);
    });
    sent.end(body);
  });
}

/** Tells of an answer beside whoever reads it. */
function listen(response: http.IncomingMessage, onWire: NonNullable<ModelConnection['onWire']>): void {
  const contentType = response.headers['content-type'] ?? '';
  onWire({ kind: 'answer', status: response.statusCode ?? 0, contentType });
  response.on('data', (bytes: Buffer) => onWire({ kind: 'bytes', bytes }));
  response.on('close', () => onWire({ kind: 'end' }));
}
