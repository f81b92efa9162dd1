/** The words that every server takes in a tool's parameters (M5): single types, and nothing that is optional to know. */

const KEYWORDS = new Set(['type', 'description', 'properties', 'required', 'enum', 'items']);

/** What is wrong with `schema` as plain parameters, one sentence each, beginning with `at`. */
export function checkPlainSchema(schema: unknown, at: string): string[] {
  if (schema === undefined) return [];
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return [`${at}: is not a schema`];
  const { type, properties, items } = schema as Record<string, unknown>;
  const problems = Object.keys(schema)
    .filter((keyword) => !KEYWORDS.has(keyword))
    .map((keyword) => `${at}: "${keyword}" is a word that some servers refuse`);
  if (typeof type !== 'string') problems.push(`${at}: the type is not a single one`);
  for (const [name, property] of Object.entries((properties ?? {}) as Record<string, unknown>))
    problems.push(...checkPlainSchema(property, `${at}.${name}`));
  return items === undefined ? problems : [...problems, ...checkPlainSchema(items, `${at}[]`)];
}
