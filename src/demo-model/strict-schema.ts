/** The subset of JSON schema that `strict: true` allows for a tool's parameters (OpenAI, structured outputs). */

const KEYWORDS = new Set([
  ...['$schema', '$defs', '$ref', 'title', 'description', 'type', 'enum', 'const', 'anyOf'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
  ...['pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
]);

/** What is wrong with `schema` as strict parameters, one sentence each, beginning with `at`. */
export function checkStrictSchema(schema: unknown, at: string): string[] {
  if (!isObject(schema) || schema.type !== 'object')
    return [`${at}: the parameters are not an object's schema`];
  return check(schema, at);
}

function check(schema: unknown, at: string): string[] {
  if (!isObject(schema)) return [`${at}: is not a schema`];
  const problems = Object.keys(schema)
    .filter((keyword) => !KEYWORDS.has(keyword))
    .map((keyword) => `${at}: "${keyword}" is outside the subset that these schemas may use`);
  if (isObjectType(schema.type)) problems.push(...checkObject(schema, at));
  if (schema.items !== undefined) problems.push(...check(schema.items, `${at}[]`));
  for (const [index, branch] of asArray(schema.anyOf).entries()) {
    problems.push(...check(branch, `${at} anyOf.${index}`));
  }
  for (const [name, definition] of Object.entries(isObject(schema.$defs) ? schema.$defs : {})) {
    problems.push(...check(definition, `${at} $defs.${name}`));
  }
  return problems;
}

function checkObject(schema: Record<string, unknown>, at: string): string[] {
  const problems: string[] = [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = asArray(schema.required);
  if (schema.additionalProperties !== false) problems.push(`${at}: additionalProperties is not false`);
  for (const name of Object.keys(properties)) {
    if (!required.includes(name)) problems.push(`${at}.${name}: is not in required`);
  }
  for (const name of required) {
    if (!(String(name) in properties)) problems.push(`${at}: requires "${name}", which it does not have`);
  }
  for (const [name, property] of Object.entries(properties))
    problems.push(...check(property, `${at}.${name}`));
  return problems;
}

/** `type` may be a list, as in `["object", "null"]`. */
function isObjectType(type: unknown): boolean {
  return type === 'object' || asArray(type).includes('object');
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
