/** A tool's parameters, each said once: as JSON schema for the model, as zod for what the model sends. */
import { z } from 'zod';

export interface Parameter<Value> {
  schema: { type: string | string[]; description: string; enum?: unknown[] };
  zod: z.ZodType<Value>;
  /** What a right value is, for the sentence that a model repairs from. */
  expected: string;
}

/** Characters of what a model names: a path, and a section or a title. What is longer names nothing. */
const PATH_CHARACTERS = 4_096;
const NAME_CHARACTERS = 1_000;
/** Characters of a text that becomes a file or a task: as many as the largest file has that a model edits. */
const CONTENT_CHARACTERS = 8 * 1024 ** 2;

/** A path in the workspace. */
export function path(description: string): Parameter<string> {
  return text(description, PATH_CHARACTERS);
}

/** A section, or a heading's text. */
export function name(description: string): Parameter<string> {
  return text(description, NAME_CHARACTERS);
}

/** What a file is to hold, or what an agent is to do. */
export function content(description: string): Parameter<string> {
  return text(description, CONTENT_CHARACTERS);
}

function text(description: string, most: number): Parameter<string> {
  return {
    schema: { type: 'string', description },
    zod: z.string().max(most),
    expected: `a string of at most ${most} characters`,
  };
}

export function integer(description: string, least: number, most: number): Parameter<number> {
  return {
    schema: { type: 'integer', description },
    zod: z.int().min(least).max(most),
    expected: `a whole number from ${least} to ${most}`,
  };
}

export function oneOf<const Values extends readonly [string, ...string[]]>(
  values: Values,
  description: string,
): Parameter<Values[number]> {
  return {
    schema: { type: 'string', enum: [...values], description },
    zod: z.enum(values),
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  };
}

/** The parameter may be null, or absent where a provider does not hold to the schema: both mean `undefined`. */
export function optional<Value>(parameter: Parameter<Value>): Parameter<Value | undefined> {
  const { schema, zod, expected } = parameter;
  return {
    schema: { ...schema, type: [schema.type, 'null'].flat() },
    zod: zod.nullish().transform((value) => value ?? undefined),
    expected: `${expected}, or null`,
  };
}
