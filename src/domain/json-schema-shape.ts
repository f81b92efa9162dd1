/** Schemas of arguments that strangers' tools have: which can pass for one, and how one is told to a model. Model servers refuse a whole request for one. */

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
/** Keywords whose value is one schema, a list of them, or schemas by name. */
const ONE = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else'];
const LISTED = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** Of an object with named arguments. The caller has bounded how deeply it is nested. */
export function isArgumentsSchema(value: unknown): value is Record<string, unknown> {
  return isObject(value) && value.type === 'object' && isSchema(value);
}

function isSchema(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  if (!isObject(value)) return false;
  const { type, required, enum: choices } = value;
  return (
    (type === undefined || isType(type)) &&
    (required === undefined ||
      (Array.isArray(required) && required.every((one) => typeof one === 'string'))) &&
    (choices === undefined || Array.isArray(choices)) &&
    ONE.every((key) => value[key] === undefined || isSchemaOrOldTuple(key, value[key])) &&
    LISTED.every((key) => value[key] === undefined || isListOfSchemas(value[key])) &&
    NAMED.every((key) => value[key] === undefined || hasSchemas(value[key]))
  );
}

function isType(type: unknown): boolean {
  if (Array.isArray(type)) return type.length > 0 && type.every((one) => TYPES.has(one as string));
  return TYPES.has(type as string);
}

/** Before 2020 `items` could be a list. */
function isSchemaOrOldTuple(key: string, value: unknown): boolean {
  return isSchema(value) || (key === 'items' && isListOfSchemas(value));
}

function isListOfSchemas(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isSchema);
}

function hasSchemas(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isSchema);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words of a schema that every model server takes (M5). */
interface PlainSchema {
  type: string;
  description?: string;
  properties?: Record<string, PlainSchema>;
  required?: string[];
  enum?: string[];
  items?: PlainSchema;
}

/** A schema that repeats itself by references is followed so far. */
const MOST_DEPTH = 12;
const MOST_NODES = 400;
const MOST_CHOICES_CHARACTERS = 500;

/**
 * The same arguments in words that every model server takes: single types, no references, unions or bounds. What is lost of
 * them is the server's to check, as ever; choices that are no strings are said in the description.
 * @returns undefined for one that has no end
 */
export function plainArguments(schema: Record<string, unknown>): Record<string, unknown> | undefined {
  let left = MOST_NODES;
  const plain = plainOf(schema, 0);
  return left < 0 ? undefined : { ...plain };

  function plainOf(given: unknown, depth: number): PlainSchema {
    left -= 1;
    const node = depth > MOST_DEPTH || left < 0 ? {} : settled(given, depth);
    const type = typeOf(node);
    const said = typeof node.description === 'string' ? node.description : '';
    const choices = choicesOf(node);
    const areWords = type === 'string' && choices?.every((one) => typeof one === 'string');
    const description = choices === undefined || areWords ? said : `${said} One of ${shown(choices)}.`.trim();
    return {
      type,
      ...(description === '' ? {} : { description }),
      ...(type === 'object' ? membersOf(node, depth) : {}),
      ...(choices !== undefined && areWords ? { enum: choices as string[] } : {}),
      ...(type === 'array'
        ? { items: plainOf(Array.isArray(node.items) ? node.items[0] : node.items, depth + 1) }
        : {}),
    };
  }

  function membersOf(
    node: Record<string, unknown>,
    depth: number,
  ): Pick<PlainSchema, 'properties' | 'required'> {
    const members = Object.entries(isObject(node.properties) ? node.properties : {});
    const names = new Set(members.map(([name]) => name));
    const required = Array.isArray(node.required) ? node.required.filter((name) => names.has(name)) : [];
    return {
      properties: Object.fromEntries(members.map(([name, member]) => [name, plainOf(member, depth + 1)])),
      ...(required.length === 0 ? {} : { required }),
    };
  }

  /** Without references and unions: the first that is no null. */
  function settled(given: unknown, depth: number): Record<string, unknown> {
    let node = isObject(given) ? given : {};
    for (let step = depth; step <= MOST_DEPTH; step += 1) {
      const inner = typeof node.$ref === 'string' ? namedBy(node.$ref) : firstOf(node);
      if (!isObject(inner)) return node;
      const { $ref: _, anyOf: __, oneOf: ___, allOf: ____, ...own } = node;
      node = { ...inner, ...own };
    }
    return node;
  }

  function namedBy(reference: string): unknown {
    const [, table, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
    const all = table === undefined ? undefined : schema[table];
    return isObject(all) && name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
  }
}

function firstOf({ anyOf, oneOf, allOf }: Record<string, unknown>): unknown {
  for (const all of [anyOf, oneOf, allOf])
    if (Array.isArray(all)) return all.find((one) => isObject(one) && one.type !== 'null');
  return undefined;
}

function typeOf(node: Record<string, unknown>): string {
  const all: unknown[] = Array.isArray(node.type) ? node.type : [node.type];
  const type = all.find((one) => typeof one === 'string' && one !== 'null');
  if (typeof type === 'string') return type;
  if (isObject(node.properties)) return 'object';
  if (node.items !== undefined) return 'array';
  const [first] = choicesOf(node) ?? [];
  return typeof first === 'number' || typeof first === 'boolean' ? typeof first : 'string';
}

function choicesOf({ enum: choices, const: only }: Record<string, unknown>): unknown[] | undefined {
  const all = Array.isArray(choices) ? choices : only === undefined ? [] : [only];
  const some = all.filter((one) => one !== null);
  return some.length === 0 ? undefined : some;
}

function shown(choices: readonly unknown[]): string {
  const text = choices.map((one) => JSON.stringify(one)).join(', ');
  return text.length > MOST_CHOICES_CHARACTERS
    ? `${text.slice(0, MOST_CHOICES_CHARACTERS).toWellFormed()}…`
    : text;
}
