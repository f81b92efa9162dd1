/** docs/protocol.md and .env.example against the code: what a program may meet, or an operator set, has its word there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ERRORS } from '../../../src/protocol/errors.ts';
import { logEvent } from '../../../src/protocol/events.ts';
import { clientFrame, serverFrame } from '../../../src/protocol/frames.ts';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { bareApp } from '../../support/bare-app.ts';

const read = (...path: string[]) => readFileSync(join(CHECKOUT, ...path), 'utf8');
const docs = readdirSync(join(CHECKOUT, 'docs')).filter((name) => name.endsWith('.md'));
/** The page, with those that it sends its reader to for a topic. */
const protocol = [
  'protocol.md',
  ...docs.filter((name) => read('docs', 'protocol.md').includes(`(${name})`)),
].map((name) => read('docs', name));
const text = protocol.join('\n');
/** Names, and the kinds of events, which have a dot. */
const words = new Set([...(text.match(/[A-Za-z_$][\w$]*/g) ?? []), ...(text.match(/[a-z]+\.[a-z]+/g) ?? [])]);

const unlisted = (names: Iterable<string>) => [...new Set(names)].filter((name) => !words.has(name)).sort();

/** The names of all fields of a schema, however deep, and its constants and choices. */
function namesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(namesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, const: only, ...rest } = schema as Record<string, unknown>;
  return [
    ...Object.keys((properties as object | undefined) ?? {}),
    ...(typeof only === 'string' ? [only] : []),
    ...Object.values((properties as object | undefined) ?? {}).flatMap(namesIn),
    ...Object.values(rest).flatMap(namesIn),
  ];
}

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any' });

test('every frame of the socket, every kind of event and every field of them stands in protocol.md', () => {
  const names = [clientFrame, serverFrame, logEvent].flatMap((schema) => namesIn(jsonSchema(schema)));
  expect(names.length).toBeGreaterThan(200);
  expect(unlisted(names)).toEqual([]);
});

test('every code of an error stands in protocol.md', () => {
  expect(unlisted(Object.keys(ERRORS))).toEqual([]);
});

test('every route, parameter and field of the OpenAPI document stands in protocol.md', async () => {
  const document = (await (await bareApp().request('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
    components?: object;
  };
  const routes = Object.keys(document.paths).flatMap((path) =>
    path.split('/').filter((part) => part !== '' && !part.startsWith('{')),
  );
  const parameters = Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ parameters: all = [] }) =>
      all.flatMap((one) => (one.in === 'query' ? [one.name] : [])),
    ),
  );
  expect(routes.length).toBeGreaterThan(100);
  const parts = routes.flatMap((part) => part.match(/[A-Za-z_]\w*/g) ?? []);
  expect(unlisted([...parts, ...parameters, ...namesIn(document)])).toEqual([]);
});

test('every setting that the code reads stands in .env.example or a page of docs', () => {
  const sources = readdirSync(join(CHECKOUT, 'src', 'config')).map((name) => read('src', 'config', name));
  const settings = new Set(
    sources.flatMap((text) => text.match(/(?<=['.])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []),
  );
  const pages = [read('.env.example'), ...docs.map((name) => read('docs', name))].join('\n');
  expect(settings.size).toBeGreaterThan(50);
  expect([...settings].filter((name) => !new RegExp(`\\b${name}\\b`).test(pages))).toEqual([]);
});
