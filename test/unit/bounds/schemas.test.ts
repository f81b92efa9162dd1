/**
 * SR-H1: every text, list and record that a client sends has a bound where it is parsed: whatever the OpenAPI document
 * says of bodies and parameters, and the frames of the socket. A new schema without a bound fails here.
 */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { TOOLS } from '../../../src/agents/tool-table.ts';
import { clientFrame } from '../../../src/protocol/frames.ts';
import { bareApp } from '../../support/bare-app.ts';

type Schema = Record<string, unknown>;

/** Formats whose pattern has a length of its own; a file's bytes are counted as they come (A7). */
const FIXED = new Set(['uuid', 'date-time', 'binary']);

/** Where in the schema something has no bound, as a path. */
function unbounded(schema: unknown, at: string, refs: Record<string, unknown>): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { $ref, type, enum: choices, const: only, format, items, properties, ...rest } = schema as Schema;
  if (typeof $ref === 'string') return unbounded(refs[$ref.split('/').at(-1) ?? ''], at, refs);
  const types = [type].flat();
  const found: string[] = [];
  const isChosen = choices !== undefined || only !== undefined;
  if (types.includes('string') && !isChosen && !FIXED.has(String(format)) && rest.maxLength === undefined)
    found.push(`${at}: a text`);
  if (types.includes('array')) {
    if (rest.maxItems === undefined) found.push(`${at}: a list`);
    found.push(...unbounded(items, `${at}[]`, refs));
  }
  const { additionalProperties: more } = rest;
  if (typeof more === 'object' && more !== null && rest.maxProperties === undefined)
    found.push(`${at}: a record`);
  found.push(...unbounded(more, `${at}{}`, refs));
  for (const [name, property] of Object.entries((properties ?? {}) as Schema))
    found.push(...unbounded(property, `${at}.${name}`, refs));
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    for (const [index, part] of ((rest[key] ?? []) as unknown[]).entries())
      found.push(...unbounded(part, `${at}(${index})`, refs));
  return found;
}

test('SR-H1: whatever a request may hold has a bound', async () => {
  const document = (await (await bareApp().request('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components?: { schemas?: Record<string, unknown> };
  };
  const refs = document.components?.schemas ?? {};
  const found = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { parameters = [], requestBody }]) => [
      ...parameters.flatMap(({ name, schema }) => unbounded(schema, `${method} ${path} ?${name}`, refs)),
      ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
        unbounded(schema, `${method} ${path}`, refs),
      ),
    ]),
  );
  expect(Object.keys(document.paths).length).toBeGreaterThan(20);
  expect(found).toEqual([]);
});

test('SR-H1: whatever a frame of a client may hold has a bound', () => {
  const schema = z.toJSONSchema(clientFrame, { io: 'input' }) as Schema;
  expect(unbounded(schema, 'frame', (schema.$defs ?? {}) as Schema)).toEqual([]);
});

test('SR-H1: whatever text a tool takes has a bound', () => {
  const longer = 'a'.repeat(8 * 1024 ** 2 + 1);
  for (const { parameters } of Object.values(TOOLS)) {
    for (const { zod } of Object.values(parameters)) expect(zod.safeParse(longer).success).toBe(false);
  }
});

test('what has no bound is found', () => {
  const schema = z.object({ a: z.string(), b: z.array(z.string().max(1)), c: z.record(z.string(), z.int()) });
  expect(unbounded(z.toJSONSchema(schema), '', {})).toEqual(['.a: a text', '.b: a list', '.c: a record']);
});

interface Operation {
  parameters?: { name: string; schema: unknown }[];
  requestBody?: { content?: Record<string, { schema: unknown }> };
}
