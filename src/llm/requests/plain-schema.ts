/** A tool's strict parameters in words that every server takes (M5): single types, optional ones not required. */

const plain = new WeakMap<object, Record<string, unknown>>();

/** The same parameters without unions, null and additionalProperties; remembered, for the tools never change. */
export function plainSchema(strict: Record<string, unknown>): Record<string, unknown> {
  const known = plain.get(strict);
  if (known !== undefined) return known;
  const made = makePlain(strict);
  plain.set(strict, made);
  return made;
}

function makePlain({ additionalProperties: _, ...schema }: Record<string, unknown>): Record<string, unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>);
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([name, property]) => [name, plainProperty(property)])),
    required: required.filter((name) => {
      const property = properties.find(([known]) => known === name)?.[1];
      return property === undefined || !asList(property.type).includes('null');
    }),
  };
}

function plainProperty({ items, ...property }: Record<string, unknown>): Record<string, unknown> {
  const type = withoutNull(property.type)[0];
  if (typeof items !== 'object' || items === null) return { ...property, type };
  const isObject = 'properties' in items;
  return { ...property, type, items: isObject ? makePlain(items as Record<string, unknown>) : items };
}

function withoutNull(type: unknown): unknown[] {
  return asList(type).filter((one) => one !== 'null');
}

function asList(type: unknown): unknown[] {
  return Array.isArray(type) ? type : [type];
}
