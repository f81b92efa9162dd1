/** How a server wants to be asked: fields, each with the values that are understood, and no code (M1-M8). */
import { z } from 'zod';

export const profileSchema = z.strictObject({
  /** Which API speaks: chat completions, or responses (M9). */
  api: z.enum(['chat', 'responses']),
  /** The header that carries the key. */
  auth: z.enum(['bearer', 'api-key']),
  /** Further headers and fields of the body. */
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.unknown()),
  /** The form of call ids: nine letters and digits, or `functions.NAME:N` (M3). */
  toolIds: z.enum(['nine', 'functions']),
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
  /** The field in which reasoning goes back; 'none' where it must not (M8). */
  reasoningBack: z.enum(['none', 'reasoning_content', 'reasoning', 'reasoning_details', 'content']),
  /** Which answers it goes back with. */
  reasoningWhen: z.enum(['calls', 'all']),
  /** Whether the field stands even where there is no reasoning. */
  reasoningEmpty: z.boolean(),
  /** Whether opaque fields of calls and messages go back, and what stands for those of another model. */
  signatures: z.enum(['none', 'google', 'vertex']),
  /** `strict: true` and its schemas, or plain ones (M5). */
  schema: z.enum(['plain', 'strict']),
  /** The field for the most tokens of an answer (M7). */
  maxTokens: z.enum(['none', 'max_tokens', 'max_completion_tokens']),
  temperature: z.boolean(),
  /** Whether usage is asked for in a stream. */
  streamOptions: z.boolean(),
  /** Asks for arguments piece by piece, where a server wants to be asked (M16). */
  toolStream: z.boolean(),
  /** How prompts are kept: by themselves, by marks in the prompt, or under a key. */
  cache: z.enum(['none', 'cache_control', 'key']),
  /** Multiplies the deadlines of silence (M16). */
  patience: z.number().min(0.1).max(10),
});

export type Profile = z.infer<typeof profileSchema>;
export type ProfileChange = Partial<Profile>;

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
  maxTokens: 'none',
  temperature: true,
  streamOptions: true,
  toolStream: false,
  cache: 'none',
  patience: 1,
};
