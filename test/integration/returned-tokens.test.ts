/**
 * What a client brings back that a server gave out (cursors, ETags, ranges, tickets, tokens, ids), drawn near-valid
 * (weather.md): no 5xx, an error has its shape, and nothing of another person's is shown or changed.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Session } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { readError } from '../support/error-shapes.ts';
import { nearCursor, nearNumber, nearValid } from '../support/near-valid.ts';
import { rawSocket } from '../support/raw-socket.ts';

/** Draws for each place that a token comes back to; more by hand: FUZZ_RUNS=1000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
/** A request that takes longer hangs. */
const TIMEOUT_MS = 20_000;

/** Stands in everything that the other person has, and in nothing that is sent here. */
const SECRET = `secret-${randomUUID()}`;

interface Person extends Session {
  works: string[];
  message: string;
  template: string;
  model: string;
  etag: string;
  ticket: string;
  /** Where the list of their Works goes on. */
  cursor: string;
}

let api: TestApi;
let mine: Person;
let theirs: Person;

beforeAll(async () => {
  api = await startTestApi();
  mine = await somebody('plain');
  theirs = await somebody(SECRET);
});
afterAll(() => api.close());

/** A person with two Works that have a message and a file each, a template and a model; `mark` stands in all of it. */
async function somebody(mark: string): Promise<Person> {
  const session = await api.register();
  const token = session.accessToken;
  const ask = async <T>(method: string, path: string, body?: unknown) => {
    const response = await api.request(token, method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text) as T;
  };
  const works: string[] = [];
  const message = randomUUID();
  let etag = '';
  for (let turn = 0; turn < 2; turn += 1) {
    const { id } = await ask<{ id: string }>('POST', '/api/works', { title: mark });
    works.push(id);
    await ask('POST', `/api/works/${id}/messages`, { id: turn === 0 ? message : randomUUID(), text: mark });
    const put = await send(token, 'PUT', `/api/works/${id}/files/notes.txt`, { body: mark.repeat(10) });
    etag = put.headers.get('etag') ?? '';
  }
  const template = { name: mark, description: mark, content: `# ${mark}\n` };
  const model = { role: 'main', baseUrl: 'https://example.com/v1', model: mark, apiKey: mark };
  return {
    ...session,
    ...{ works, message, etag },
    template: (await ask<{ id: string }>('POST', '/api/templates', template)).id,
    model: (await ask<{ id: string }>('POST', '/api/models', model)).id,
    ticket: (await ask<{ ticket: string }>('POST', '/api/auth/ticket')).ticket,
    cursor: (await ask<{ nextCursor: string }>('GET', '/api/works?limit=1')).nextCursor,
  };
}

function send(
  token: string | null,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  return fetch(`${api.url}${path}`, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** What an answer says; of a stream its beginning. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return await response.text();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}

/** @throws where an answer is a 5xx, an error without its shape, or shows what is another person's */
async function mustBeHarmless(response: Response): Promise<void> {
  const text = await textOf(response);
  const said = `${response.status} ${text.slice(0, 500)}`;
  if (response.status >= 500) throw new Error(said);
  if (response.status >= 400) readError(new URL(response.url).pathname, text);
  const headers = JSON.stringify([...response.headers]);
  if (text.includes(SECRET) || headers.includes(theirs.etag)) throw new Error(`shows another's: ${said}`);
}

/** Draws tokens for one place. */
async function draw<T>(tokens: fc.Arbitrary<T>, ask: (token: T) => Promise<Response>): Promise<void> {
  const property = fc.asyncProperty(tokens, async (token) => mustBeHarmless(await ask(token)));
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
}

/** As a client writes it into an address; half a surrogate pair is the three bytes that it would be in UTF-8. */
function inAddress(text: string): string {
  const bytes = [...text].map((c) => (c.isWellFormed() ? encodeURIComponent(c) : '%ED%A0%80'));
  return bytes.join('');
}

/** As a header carries it: bytes, but for those that a header may not have. */
function inHeader(text: string): string {
  const bytes = Buffer.from(text).filter((byte) => byte >= 0x20 && byte !== 0x7f);
  return Buffer.from(bytes).toString('latin1').trim();
}

test('weather: a cursor of Works, of messages and of events', async () => {
  const get = (path: string, token: string) => send(mine.accessToken, 'GET', path + inAddress(token));
  await draw(nearCursor(mine.cursor, theirs.cursor), (token) => get('/api/works?cursor=', token));
  const [work] = mine.works;
  const numbers = nearValid('1', '2', '17');
  await draw(numbers, (token) => get(`/api/works/${work}/messages?cursor=`, token));
  await draw(numbers, (token) => get(`/api/works/${work}/events?after=`, token));
  await draw(numbers, (token) =>
    send(mine.accessToken, 'GET', `/api/works/${work}/events`, {
      headers: { 'Last-Event-ID': inHeader(token) },
    }),
  );
});

test('weather: ETags and ranges of a file, read and written', async () => {
  const path = `/api/works/${mine.works[0]}/files/notes.txt`;
  const etags = nearValid(mine.etag, theirs.etag, `W/${mine.etag}`, `${theirs.etag}, ${mine.etag}`, '*');
  const ranges = nearValid('bytes=0-5', 'bytes=5-', 'bytes=-5', 'bytes=0-1,3-4', 'bytes=0-9007199254740993');
  for (const name of ['If-None-Match', 'If-Match', 'If-Range']) {
    await draw(etags, (token) =>
      send(mine.accessToken, 'GET', path, { headers: { [name]: inHeader(token), Range: 'bytes=1-2' } }),
    );
  }
  await draw(ranges, (token) => send(mine.accessToken, 'GET', path, { headers: { Range: inHeader(token) } }));
  for (const name of ['If-Match', 'If-None-Match']) {
    await draw(etags, (token) =>
      send(mine.accessToken, 'PUT', path, { headers: { [name]: inHeader(token) }, body: 'plain' }),
    );
  }
});

test('A1, weather: tickets, access tokens and refresh tokens; but for its own person none of them opens anything', async () => {
  const events = (work = '') => `/api/works/${work}/events`;
  await draw(nearValid(mine.ticket, theirs.ticket, mine.accessToken), (token) =>
    send(null, 'GET', `${events(mine.works[0])}?ticket=${inAddress(token)}`),
  );
  await draw(nearValid(mine.ticket, mine.accessToken), (token) =>
    send(null, 'GET', `${events(theirs.works[0])}?ticket=${inAddress(token)}`),
  );
  await draw(nearValid(mine.accessToken, mine.ticket, mine.refreshToken), (token) =>
    send(inHeader(token), 'GET', '/api/works'),
  );
  // Their own token is theirs, so what is drawn here is never it.
  const almostTheirs = nearValid(theirs.refreshToken).filter((token) => token !== theirs.refreshToken);
  for (const path of ['/api/auth/refresh', '/api/auth/logout']) {
    await draw(almostTheirs, async (token) => {
      const response = await send(null, 'POST', path, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refreshToken: token }),
      });
      if (path.endsWith('refresh') && response.ok) throw new Error(`a session for ${JSON.stringify(token)}`);
      return response;
    });
  }
  const after = await send(null, 'POST', '/api/auth/refresh', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken: theirs.refreshToken }),
  });
  expect(after.status).toBe(200);
});

test('weather: cursors, turns, ids and tokens in frames: an answer that is meant, never “internal”', async () => {
  const [work, theirWork] = [mine.works[0] ?? '', theirs.works[0] ?? ''];
  const frames = fc.record({
    workId: nearValid(work, theirWork).map(inAddress),
    after: nearNumber(0, 1, 17),
    token: fc.oneof(fc.constant(mine.accessToken), nearValid(mine.accessToken, mine.ticket)),
    stop: nearNumber(1),
    id: nearValid(mine.message, theirs.message),
    attachment: nearValid('notes.txt', `../${theirWork}/notes.txt`),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        frames,
        frames.map((frame) => ({ ...frame, workId: work })),
      ),
      async (frame) => {
        const socket = await rawSocket(`${api.url.replace('http', 'ws')}/api/chat/ws/${frame.workId}`).catch(
          () => undefined,
        );
        if (socket === undefined) return; // an address that is none of ours
        for (const sent of [
          { type: 'auth', token: frame.token, after: frame.after, protocol: 1 },
          { type: 'stop', turn: frame.stop },
          { type: 'message', id: frame.id, text: 'hello', attachments: [frame.attachment] },
          { type: 'auth', token: frame.token },
          { type: 'ping' },
        ]) {
          socket.send(JSON.stringify(sent));
        }
        await Promise.race([socket.frame(({ type }) => type === 'pong', 'a pong'), socket.closed]).catch(
          () => {}, // it closed: its frames say why
        );
        socket.close();
        const said = JSON.stringify(socket.frames);
        if (said.includes('"internal"') || said.includes(SECRET)) throw new Error(said.slice(0, 1_000));
      },
    ),
    { numRuns: RUNS * 2, endOnFailure: true },
  );
});

test('A2, weather: ids in paths, of every route: another’s, and nearly one’s own', async () => {
  const document = (await (await api.request(null, 'GET', '/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const before = await everythingOf(theirs);
  const own: Record<string, string | undefined> = { id: mine.works[0], mid: mine.message, path: 'notes.txt' };
  const bodies: Record<string, string> = { post: '{}', patch: '{"title":"plain"}', put: 'plain' };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  );
  // Last what takes away what the others are about.
  operations.sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'));
  for (const { path, method } of operations) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    if (names.length === 0) continue;
    const ids = [...mine.works, mine.message, mine.template, mine.model];
    const strangers = [...theirs.works, theirs.message, theirs.template, theirs.model];
    const drawn = fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.constantFrom(...strangers), nearValid(...strangers), nearValid(...ids)),
    );
    await draw(drawn, ([near, id]) => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        inAddress(name === near ? id : (own[name] ?? '')),
      );
      const body = bodies[method];
      return send(mine.accessToken, method.toUpperCase(), filled, {
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
    });
  }
  expect(await everythingOf(theirs)).toEqual(before);
}, 180_000);

/** What a person has, as they see it. */
async function everythingOf({ accessToken, works }: Person): Promise<unknown[]> {
  const paths = [
    ...['/api/works', '/api/templates', '/api/models'],
    ...works.flatMap((id) => [`/api/works/${id}/messages`, `/api/works/${id}/files`]),
  ];
  return await Promise.all(paths.map(async (path) => (await api.request(accessToken, 'GET', path)).json()));
}
