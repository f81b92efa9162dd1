/** How a server wants to be asked: fields, each with the values that are understood, and no code (M1-M8). */
import { z } from 'zod';
import { PROFILE_CHOICES } from '../../domain/model-profile.ts';

export const profileSchema = z.strictObject({
  api: z.enum(PROFILE_CHOICES.api),
  auth: z.enum(PROFILE_CHOICES.auth),
  /** Further headers and fields of the body. */
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.unknown()),
  toolIds: z.enum(PROFILE_CHOICES.toolIds),
  /** Whether a user message may follow a tool's result; 'bridge' puts a short answer between them (M2). */
  userAfterTool: z.enum(['bridge', 'allowed']),
  /** Whether two user messages in a row are joined (M2). */
  joinUsers: z.boolean(),
  /** Calls of one answer in one message, or each in a message of its own with its result. */
  parallelHistory: z.enum(['together', 'split']),
  /** Whether an answer that calls may also say something. */
  textWithCalls: z.boolean(),
  /** The content of an answer that only calls (M4). */
  emptyContent: z.enum(['null', 'empty', 'absent']),
  /** Where the system prompt goes; 'user' where a template knows no such role. */
  systemRole: z.enum(['system', 'developer', 'user']),
  reasoningBack: z.enum(PROFILE_CHOICES.reasoningBack),
  /** Which answers it goes back with. */
  reasoningWhen: z.enum(['calls', 'all']),
  /** Whether the field stands even where there is no reasoning. */
  reasoningEmpty: z.boolean(),
  /** Whether opaque fields of calls and messages go back, and what stands for those of another model. */
  signatures: z.enum(['none', 'google', 'vertex']),
  /** `strict: true` and its schemas, or plain ones (M5). */
  schema: z.enum(['plain', 'strict']),
  maxTokens: z.enum(PROFILE_CHOICES.maxTokens),
  temperature: z.boolean(),
  /** Whether usage is asked for in a stream. */
  streamOptions: z.boolean(),
  /** Asks for arguments piece by piece, where a server wants to be asked (M16). */
  toolStream: z.boolean(),
  /** Whether it sees: pictures go as parts of user messages, else as words (W10). */
  images: z.boolean(),
  /** How prompts are kept: by themselves, by marks in the prompt, or under a key. */
  cache: z.enum(['none', 'cache_control', 'key']),
  /** Multiplies the deadlines of silence (M16). */
  patience: z.number().min(0.1).max(10),
  /** The window, where a refusal has named it; the person's own setting goes before it (M7, M19). */
  contextWindow: z.int().min(512).max(100_000_000).nullable(),
});

export type Profile = z.infer<typeof profileSchema>;
export type ProfileChange = Partial<Profile>;

/** Of what is stored, perhaps by another version: the fields that are known here, with values that they may have. */
export function knownFields(stored: Record<string, unknown>): ProfileChange {
  const known = Object.entries(stored).filter(([field, value]) => {
    const schema = Object.hasOwn(profileSchema.shape, field)
      ? profileSchema.shape[field as keyof typeof profileSchema.shape]
      : undefined;
    return schema?.safeParse(value).success ?? false;
  });
  return Object.fromEntries(known);
}

/** The one request shape that every server takes. */
export const PLAIN: Profile = {
  api: 'chat',
  auth: 'bearer',
  headers: {},
  body: {},
  toolIds: 'nine',
  userAfterTool: 'bridge',
  joinUsers: true,
  parallelHistory: 'together',
  textWithCalls: true,
  emptyContent: 'null',
  systemRole: 'system',
  reasoningBack: 'none',
  reasoningWhen: 'calls',
  reasoningEmpty: false,
  signatures: 'none',
  schema: 'plain',
  maxTokens: 'max_tokens',
  temperature: true,
  streamOptions: true,
  toolStream: false,
  images: false,
  cache: 'none',
  patience: 1,
  contextWindow: null,
};
