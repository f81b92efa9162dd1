/** Every route and body of the OpenAPI document, fuzzed: no 5xx, no hang, always the one shape of errors (A9, A10). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { startTestApi, type TestApi } from '../support/api.ts';
import { readError } from '../support/error-shapes.ts';
import { type JsonSchema, oddString, valuesOf } from '../support/from-schema.ts';

interface Operation {
  parameters?: { in: string; name: string; schema: JsonSchema }[];
  requestBody?: { content?: Record<string, { schema?: JsonSchema }> };
}

/** Requests to each route; more by hand: FUZZ_RUNS=1000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 15);
/** A request that takes longer hangs. */
const TIMEOUT_MS = 20_000;

let api: TestApi;
let operations: { method: string; path: string; operation: Operation }[];
let schemas: Record<string, JsonSchema>;

beforeAll(async () => {
  api = await startTestApi();
  const document = (await (await api.request(null, 'GET', '/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, JsonSchema> };
  };
  schemas = document.components.schemas;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => api.close());

/** A guest with a Work that has a message, and the ids of both. */
async function someone() {
  const { accessToken } = await api.guest();
  const work = await api.newWork(accessToken);
  const message = { id: randomUUID(), text: 'hello' };
  await api.request(accessToken, 'POST', `/api/works/${work}/messages`, message);
  return { token: accessToken, ids: [work, message.id] };
}

/** What may stand in a URL's place for a parameter; the ids of things that are there come up most. */
function parameter(name: string, ids: string[]): fc.Arbitrary<string> {
  const known = name === 'mid' ? [ids[1] ?? ''] : name === 'path' ? ['paper.md', 'attachments/a.txt'] : ids;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 4 }, fc.uuid(), oddString);
}

/** No worker is there to answer: a response that is not in the background would be waited for. */
function atOnce(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { ...value, background: true } : value;
}

function bodyOf({
  path,
  operation: { requestBody },
}: (typeof operations)[number]): fc.Arbitrary<{ type?: string; content?: string }> {
  const schema = requestBody?.content?.['application/json']?.schema;
  const json = valuesOf(schema ?? {}, schemas).map((value) => ({
    type: 'application/json',
    content: JSON.stringify(path === '/v1/responses' ? atOnce(value) : value) ?? '',
  }));
  const odd = fc.record({
    type: fc.constantFrom(
      'application/json',
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
    ),
    content: fc.oneof(oddString, fc.constant('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb')),
  });
  return schema === undefined
    ? fc.oneof(odd, fc.constant({}))
    : fc.oneof({ arbitrary: json, weight: 6 }, odd);
}

function requests(route: (typeof operations)[number], ids: string[]) {
  const { path, operation } = route;
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return fc.record({
    places: fc.tuple(...inPath.map((name) => parameter(name, ids))),
    query: fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, valuesOf(schema, schemas)])), {
      requiredKeys: [],
    }),
    body: bodyOf(route),
    headers: fc.record(
      {
        'If-Match': fc.constantFrom('*', '"x"', `"${'0'.repeat(64)}"`, 'W/"'),
        'If-None-Match': fc.constantFrom('*', '"x"', ','),
        Range: fc.constantFrom('bytes=0-', 'bytes=5-1', 'bytes=-0', 'bytes=99999999999999999999-', 'lines=1'),
        'Last-Event-ID': fc.constantFrom('0', '-1', 'x', '99999999999999999999'),
        'Accept-Language': fc.constantFrom('zh;q=x,', '*', ';;;'),
      },
      { requiredKeys: [] },
    ),
  });
}

function addressOf(path: string, places: string[], query: Record<string, unknown>): string {
  let index = 0;
  const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent((places[index++] ?? '').toWellFormed()));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return `${api.url}${filled}?${search}`;
}

test('whatever is sent to whichever route, the answer comes, is no 5xx, and an error has its shape', async () => {
  for (const route of operations) {
    const { token, ids } = await someone();
    await fc.assert(
      fc.asyncProperty(requests(route, ids), async ({ places, query, body, headers }) => {
        const hasBody = route.method !== 'GET' && body.content !== undefined;
        const response = await fetch(addressOf(route.path, places, query), {
          method: route.method,
          headers: {
            ...headers,
            authorization: `Bearer ${token}`,
            ...(hasBody && body.type ? { 'content-type': body.type } : {}),
          },
          ...(hasBody ? { body: body.content } : {}),
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (response.ok && response.headers.get('content-type')?.startsWith('text/event-stream')) {
          await response.body?.cancel();
          return;
        }
        const text = await response.text();
        // Temporal is not there for these tests, and the one route that needs it may say so.
        const expected = route.path === '/health/ready' ? 504 : 500;
        if (response.status >= expected)
          throw new Error(`${route.method} ${route.path}: ${response.status} ${text}`);
        if (response.status >= 400 && response.status !== 503) readError(route.path, text);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }
}, 180_000);
