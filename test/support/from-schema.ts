/** Values of a JSON schema, and values that are nearly so, for fuzzing what an OpenAPI document describes. */
import fc from 'fast-check';

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

/** Strings that have broken servers: NUL, half a surrogate pair, quotes, paths, very long. */
const ODD_STRINGS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e',
  "'; drop table works; --",
  '%00',
  '../../etc/passwd',
  '%2e%2e%2f',
  '__proto__',
  'null',
  'x'.repeat(5_000),
  '𝒳'.repeat(300),
  '9'.repeat(40),
  '-1',
  '1e400',
  '2147483648',
  'NaN',
];

export const oddString = fc.oneof(
  fc.constantFrom(...ODD_STRINGS),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Any JSON at all, keys of danger among it. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddString,
  fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'id', 'text', 'type'),
    fc.jsonValue({ maxDepth: 1 }),
  ),
);

/** What `schema` describes, most of the time; `refs` holds the document's named schemas. */
export function valuesOf(schema: JsonSchema, refs: Record<string, JsonSchema>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(schema, refs), weight: 6 }, { arbitrary: anything, weight: 1 });
}

function fitting(schema: JsonSchema, refs: Record<string, JsonSchema>): fc.Arbitrary<unknown> {
  if (schema.$ref) return valuesOf(refs[schema.$ref.split('/').at(-1) ?? ''] ?? {}, refs);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, refs)));
  if (schema.allOf) {
    return fc
      .tuple(...schema.allOf.map((part) => valuesOf(part, refs)))
      .map((parts) => Object.assign({}, ...parts));
  }
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => fitting({ ...schema, type }, refs)));
  }
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return number(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, refs), { maxLength: 5 });
    case 'object':
      return object(schema, refs);
    default:
      return anything;
  }
}

function text({ format, pattern, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid' || pattern?.includes('[0-9a-fA-F]{8}')) return fc.uuid();
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri' || format === 'url') return fc.webUrl();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.oneof(fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 60) }), oddString);
}

function number({ type, minimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  const within =
    minimum === undefined || maximum === undefined
      ? fc.integer()
      : fc.integer({ min: Math.ceil(minimum), max: Math.min(Math.floor(maximum), 2 ** 31 - 1) });
  const odd = fc.constantFrom(0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300);
  return fc.oneof({ arbitrary: within, weight: 3 }, type === 'integer' ? odd : fc.oneof(odd, fc.double()));
}

function object({ properties = {}, required = [] }: JsonSchema, refs: Record<string, JsonSchema>) {
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, valuesOf(property, refs)]),
  );
  return fc.oneof(
    { arbitrary: fc.record(model, { requiredKeys: required }), weight: 4 },
    { arbitrary: fc.record(model, { requiredKeys: [] }), weight: 1 },
  );
}
