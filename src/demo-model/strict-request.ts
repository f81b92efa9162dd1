/**
 * The chat shape that every server takes (P12, M1-M5), as the pickiest vendors read it: the scripted model server checks every
 * request by it, so that every test of a turn is also a test of what is sent.
 */
import { z } from 'zod';
import { checkPlainSchema } from './plain-schema.ts';
import { checkStrictSchema } from './strict-schema.ts';

/** A lone surrogate (half an emoji, left by cutting a text) is no valid JSON string to many parsers. */
const text = z.string().refine((value) => value.isWellFormed(), 'holds half a character (a lone surrogate)');
const someText = text.refine((value) => value !== '', 'is empty');
const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'is no function name');
const jsonObject = text.refine(isJsonObject, 'is not the text of a JSON object');

/** The only ids that some vendors take. */
const callId = z.string().regex(/^[a-z0-9]{9}$/, 'is not nine lower-case letters and digits');

const toolCall = z.strictObject({
  id: callId,
  type: z.literal('function'),
  function: z.strictObject({ name: functionName, arguments: jsonObject }),
});

/** A picture as a model that sees is sent it (W10), within the bounds that every vendor has. */
const picture = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z
      .string()
      .max(1_400_000)
      .regex(/^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/, 'is no PNG or JPEG in base64'),
  }),
});
const parts = z
  .array(z.discriminatedUnion('type', [z.strictObject({ type: z.literal('text'), text: someText }), picture]))
  .refine((value) => value.some(({ type }) => type === 'image_url'), 'has parts, but no picture among them');

const messageWith = <User extends z.ZodType>(content: User) =>
  z.discriminatedUnion('role', [
    z.strictObject({ role: z.literal('system'), content: someText }),
    z.strictObject({ role: z.literal('user'), content }),
    z
      .strictObject({
        role: z.literal('assistant'),
        content: someText.nullable(),
        tool_calls: z.array(toolCall).min(1).optional(),
      })
      .refine((value) => value.content !== null || value.tool_calls !== undefined, 'says and calls nothing'),
    z.strictObject({ role: z.literal('tool'), tool_call_id: callId, content: someText }),
  ]);
const seenMessage = messageWith(z.union([someText, parts]));
const message = messageWith(
  z.string({ error: 'must be a string: this model does not support image input' }).pipe(someText),
);

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    description: text.max(1024).optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().optional(),
  }),
});

const bodyWith = <Message extends z.ZodType>(one: Message) =>
  z
    .strictObject({
      model: z.string().min(1),
      messages: z.array(one).min(1),
      stream: z.boolean().optional(),
      stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
      temperature: z.number().min(0).max(2).optional(),
      tools: z.array(tool).min(1).optional(),
      tool_choice: z.enum(['auto', 'none', 'required']).optional(),
      parallel_tool_calls: z.boolean().optional(),
      max_tokens: z.int().positive().optional(),
      max_completion_tokens: z.int().positive().optional(),
    })
    .refine((value) => value.stream_options === undefined || value.stream === true, {
      path: ['stream_options'],
      message: 'is allowed only with stream: true',
    });

const body = bodyWith(message);
const seenBody = bodyWith(seenMessage);

export type StrictRequest = z.infer<typeof body>;
type StrictMessage = z.infer<typeof seenMessage>;

/** What is wrong with a chat completion request, one sentence each; empty when it is strict. `sees`: pictures are allowed. */
export function checkStrictRequest(request: unknown, { sees = false } = {}): string[] {
  const parsed = sees ? seenBody.safeParse(request) : body.safeParse(request);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  }
  const { messages, tools = [] } = parsed.data;
  return [...checkOrder(messages), ...checkCalls(messages), ...checkTools(tools)];
}

/** One system message, first; then a user; nobody twice in a row; no user behind a tool; a user or a tool last. */
function checkOrder(messages: StrictMessage[]): string[] {
  const roles = messages.map(({ role }) => role);
  const problems: string[] = [];
  for (const [index, role] of roles.entries()) {
    const before = roles[index - 1];
    if (role === 'system' && index > 0)
      problems.push(`messages.${index}: a system message that is not the first`);
    if (role === before && (role === 'user' || role === 'assistant'))
      problems.push(`messages.${index}: two messages of role ${role} in a row`);
    if (role === 'user' && before === 'tool')
      problems.push(`messages.${index}: a user speaks straight after a tool's result`);
  }
  if (roles.find((role) => role !== 'system') !== 'user')
    problems.push('messages: the conversation does not begin with a user');
  if (roles.at(-1) !== 'user' && roles.at(-1) !== 'tool')
    problems.push('messages: the last is neither of a user nor of a tool');
  return problems;
}

/** Each call is answered by exactly one tool message, before anyone else speaks; each id is used once. */
function checkCalls(messages: StrictMessage[]): string[] {
  const problems: string[] = [];
  const used = new Set<string>();
  let open = new Set<string>();
  for (const [index, entry] of messages.entries()) {
    if (entry.role === 'tool') {
      if (!open.delete(entry.tool_call_id)) {
        problems.push(`messages.${index}: answers "${entry.tool_call_id}", which is no open call`);
      }
      continue;
    }
    problems.push(...unanswered(open, `messages.${index}: ${entry.role} speaks`));
    open = new Set();
    if (entry.role !== 'assistant') continue;
    for (const { id } of entry.tool_calls ?? []) {
      if (used.has(id)) problems.push(`messages.${index}: the call id "${id}" is used twice`);
      used.add(id);
      open.add(id);
    }
  }
  return [...problems, ...unanswered(open, 'the conversation ends')];
}

function unanswered(open: Set<string>, when: string): string[] {
  return [...open].map((id) => `${when} before the call "${id}" is answered`);
}

function checkTools(tools: z.infer<typeof tool>[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, { function: made }] of tools.entries()) {
    if (names.has(made.name)) problems.push(`tools.${index}: the name "${made.name}" is used twice`);
    names.add(made.name);
    const check = made.strict === true ? checkStrictSchema : checkPlainSchema;
    problems.push(...check(made.parameters, `tools.${index} ${made.name}`));
  }
  return problems;
}

function isJsonObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false; // The caller names the field.
  }
}
