/** A tool's parameters, each said once: as JSON schema for the model, as zod for what the model sends. */
import { z } from 'zod';
import { argumentsProblem } from '../domain/json-nesting.ts';
import {
  MAX_PLAN_STEPS,
  MAX_STEP_CHARACTERS,
  oneLine,
  type PlannedStep,
  STEP_STATES,
} from '../domain/plans.ts';

/** What a text is, which says how one that is nearly right is mended, and where tabs may stand in it (M15). */
export type TextKind = 'path' | 'words' | 'markdown' | 'code';

export interface Parameter<Value> {
  schema: { type: string | string[]; description: string; enum?: unknown[]; items?: Record<string, unknown> };
  zod: z.ZodType<Value>;
  /** What a right value is, for the sentence that a model repairs from. */
  expected: string;
  /** Absent: it is no text. 'file': what its path says. */
  text?: TextKind | 'file';
  /** A model is told of it only where works may be looked up (O6). */
  online?: true;
}

/** Characters of what a model names: a path, and a section or a title. What is longer names nothing. */
const PATH_CHARACTERS = 4_096;
const NAME_CHARACTERS = 1_000;
/** Characters of a text that becomes a file or a task: as many as the largest file has that a model edits. */
const CONTENT_CHARACTERS = 8 * 1024 ** 2;

/** A path in the workspace. */
export function path(description: string): Parameter<string> {
  return text(description, PATH_CHARACTERS, 'path');
}

/** A section, or a heading's text. */
export function name(description: string): Parameter<string> {
  return text(description, NAME_CHARACTERS, 'words');
}

/** What is said to a person. */
export function words(description: string, most: number): Parameter<string> {
  return text(description, most, 'words');
}

/** What a file is to hold, or what an agent is to do. */
export function content(description: string, kind: TextKind | 'file'): Parameter<string> {
  return text(description, CONTENT_CHARACTERS, kind);
}

function text(description: string, most: number, kind: TextKind | 'file'): Parameter<string> {
  return {
    schema: { type: 'string', description },
    // A heading `2026` often comes as a number.
    zod: z.preprocess(
      (given) => (typeof given === 'number' || typeof given === 'boolean' ? String(given) : given),
      z.string().max(most),
    ),
    expected: `a string of at most ${most} characters`,
    text: kind,
  };
}

export function integer(description: string, least: number, most: number): Parameter<number> {
  return {
    schema: { type: 'integer', description },
    zod: z.preprocess(
      (given) =>
        typeof given === 'string' && /^ *[+-]?\d{1,15}(?:\.0*)? *$/.test(given) ? Number(given) : given,
      z.int().min(least).max(most),
    ),
    expected: `a whole number from ${least} to ${most}`,
  };
}

export function oneOf<const Values extends readonly [string, ...string[]]>(
  values: Values,
  description: string,
): Parameter<Values[number]> {
  return {
    schema: { type: 'string', enum: [...values], description },
    zod: z.preprocess(
      (given) => (typeof given === 'string' ? given.trim().toLowerCase() : given),
      z.enum(values),
    ),
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  };
}

/** Some texts, each short. A list that came as its JSON is that list. */
export function texts(description: string, most: { items: number; characters: number }): Parameter<string[]> {
  const one = z.string().max(most.characters);
  return {
    schema: { type: 'array', items: { type: 'string' }, description },
    zod: z.preprocess(listIn, z.array(one).max(most.items)),
    expected: `a list of at most ${most.items} strings of at most ${most.characters} characters`,
  };
}

function listIn(given: unknown): unknown {
  if (typeof given !== 'string' || argumentsProblem(given) !== undefined) return given;
  try {
    return JSON.parse(given);
  } catch {
    return given; // no JSON: the sentence about it says what it should be
  }
}

/** The steps of a plan, in their order, each with how it stands (H3). */
export function planSteps(description: string): Parameter<PlannedStep[]> {
  const step = { type: 'string', description: `At most ${MAX_STEP_CHARACTERS} characters.` };
  const state = (given: unknown) =>
    typeof given === 'string'
      ? given
          .trim()
          .toLowerCase()
          .replace(/[\s-]+/g, '_')
      : given;
  return {
    schema: {
      type: 'array',
      description,
      items: {
        type: 'object',
        properties: { step, status: { type: 'string', enum: [...STEP_STATES] } },
        required: ['step', 'status'],
        additionalProperties: false,
      },
    },
    zod: z.preprocess(
      listIn,
      z
        .array(
          z.object({
            step: z.string().max(MAX_STEP_CHARACTERS).overwrite(oneLine).min(1),
            status: z.preprocess(state, z.enum(STEP_STATES)),
          }),
        )
        .max(MAX_PLAN_STEPS),
    ),
    expected:
      `a list of at most ${MAX_PLAN_STEPS} objects with "step" (a string of at most ${MAX_STEP_CHARACTERS} ` +
      `characters) and "status" (${STEP_STATES.map((one) => `"${one}"`).join(', ')})`,
  };
}

/** Of use only where works may be looked up (O6). */
export function online<Value>(parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, online: true };
}

/**
 * The parameter may be null, or absent where a provider does not hold to the schema: both mean `undefined`, as does
 * the word null, and nothing at all.
 */
export function optional<Value>(parameter: Parameter<Value>): Parameter<Value | undefined> {
  const { schema, zod, expected } = parameter;
  return {
    ...parameter,
    schema: { ...schema, type: [schema.type, 'null'].flat() },
    zod: z.preprocess(
      (given) => (typeof given === 'string' && /^ *(?:null)? *$/.test(given) ? null : given),
      zod.nullish().transform((value) => value ?? undefined),
    ),
    expected: `${expected}, or null`,
  };
}
