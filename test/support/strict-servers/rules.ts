/**
 * What real servers refuse of a chat completion request (models.md, "Stubs that tests need"): one rule a name. A rule
 * gives the words with which a server refuses a request that breaks it, as they were reported; undefined where it is
 * kept.
 */
import { checkStrictSchema } from '../../../src/demo-model/strict-schema.ts';

export type Loose = Record<string, unknown>;

/** A request, and what its server remembers. */
export interface Asked {
  body: Loose;
  headers: Record<string, string | string[] | undefined>;
  /** What this server gave with the answers that this message may repeat; none for another's. */
  gave(message: Loose): Gave[];
}

/** What has to come back with an answer as it was given (M8). */
export interface Gave {
  reasoning: string;
  signature: string;
  /** The items of an answer of the Responses API. */
  output: Loose[];
}

export interface Words {
  message: string;
  status?: number;
  type?: string;
  code?: string;
  param?: string;
}

export type Rule = (asked: Asked) => Words | undefined;

/** Stands, for Google, in the place of a signature that another model's call does not have. */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

export const RULES = {
  /** Of every server: each call has its result right behind it, and its arguments are the text of an object. */
  calls_have_results: ({ body }) => {
    const messages = messagesOf(body);
    for (const [at, message] of messages.entries()) {
      const calls = callsOf(message);
      const results = messages.slice(at + 1, at + 1 + calls.length);
      const isAnswered = calls.every(({ id }) => results.some((result) => result.tool_call_id === id));
      if (!isAnswered)
        return words(
          'An assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id".',
        );
      if (message.role === 'tool' && !messages.slice(0, at).some((before) => hasCall(before, message)))
        return words("Messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
      if (!calls.every((call) => isObjectText((call.function as Loose).arguments)))
        return words('invalid params, invalid function arguments json string (2013)');
    }
    return undefined;
  },
  mistral_ids: ({ body }) => {
    const bad = idsOf(body).find((id) => !/^[a-zA-Z0-9]{9}$/.test(id));
    return bad === undefined
      ? undefined
      : words(`Tool call id was ${bad} but must be a-z, A-Z, 0-9, with a length of 9.`, {
          type: 'invalid_function_call',
          code: '3280',
        });
  },
  no_user_after_tool: ({ body }) =>
    follows(body, 'tool', 'user')
      ? words("Unexpected role 'user' after role 'tool'", {
          type: 'invalid_request_message_order',
          code: '3230',
        })
      : undefined,
  last_user_or_tool: ({ body }) => {
    const last = messagesOf(body).at(-1)?.role;
    return last === 'user' || last === 'tool'
      ? undefined
      : words(
          `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${String(last)}`,
          { type: 'invalid_request_message_order', code: '3230' },
        );
  },
  system_first_only: ({ body }) =>
    messagesOf(body).some(({ role }, at) => role === 'system' && at > 0)
      ? words('System message must be at the beginning.')
      : undefined,
  no_repeated_user: ({ body }) =>
    follows(body, 'user', 'user') || follows(body, 'assistant', 'assistant')
      ? words('Conversation roles must alternate user/assistant/user/assistant/...')
      : undefined,
  no_type_lists: ({ body }) => {
    const at = schemasOf(body).findIndex((schema) => JSON.stringify(schema).includes('"type":['));
    return at < 0
      ? undefined
      : words(
          `Invalid JSON payload received. Unknown name "type" at 'tools[0].function_declarations[${at}].parameters.properties[0].value': Proto field is not repeating, cannot start list.`,
        );
  },
  no_additional_properties: ({ body }) => {
    const at = schemasOf(body).findIndex((schema) =>
      JSON.stringify(schema).includes('"additionalProperties"'),
    );
    return at < 0
      ? undefined
      : words(
          `Invalid JSON payload received. Unknown name "additionalProperties" at 'tools[0].function_declarations[${at}].parameters': Cannot find field.`,
        );
  },
  no_empty_content: ({ body }) => {
    const texts = messagesOf(body).flatMap(textsOf);
    if (texts.includes('')) return words('messages: text content blocks must be non-empty');
    return texts.some((text) => text.trim() === '')
      ? words('messages: text content blocks must contain non-whitespace text')
      : undefined;
  },
  content_not_null: ({ body }) =>
    messagesOf(body).some(({ content }) => content === null || content === undefined)
      ? words('invalid message content type: <nil>')
      : undefined,
  unique_ids: ({ body }) => {
    const ids = messagesOf(body).flatMap((message) => callsOf(message).map(({ id }) => id));
    return new Set(ids).size === ids.length
      ? undefined
      : words('messages.1.content.1: `tool_use` ids must be unique');
  },
  reasoning_back_on_calls: (asked) =>
    isReasoningBack(asked, (message) => callsOf(message).length > 0)
      ? undefined
      : words(
          'thinking is enabled but reasoning_content is missing in assistant tool call message at index 2',
        ),
  reasoning_back_on_all: (asked) =>
    isReasoningBack(asked, () => true)
      ? undefined
      : words('The `reasoning_content` in the thinking mode must be passed back to the API.'),
  no_reasoning: ({ body }) => {
    for (const [at, message] of messagesOf(body).entries()) {
      const field = ['reasoning_content', 'reasoning', 'reasoning_details', 'extra_content'].find(
        (name) => name in message,
      );
      if (field !== undefined)
        return words(
          `'messages.${at}' : for 'role:assistant' the following must be satisfied[('messages.${at}' : property '${field}' is unsupported)]`,
        );
    }
    return undefined;
  },
  signature_back: (asked) => {
    for (const message of messagesOf(asked.body)) {
      const [first] = callsOf(message);
      if (first === undefined) continue;
      const google = ((first.extra_content ?? {}) as Loose).google as Loose | undefined;
      const sent = google?.thought_signature;
      const isGiven = asked.gave(message).some(({ signature }) => signature === sent);
      if (sent !== NO_SIGNATURE && !isGiven)
        return words(
          `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${String((first.function as Loose).name)}\` , position 2.`,
        );
    }
    return undefined;
  },
  no_strict: ({ body }) => {
    const at = toolsOf(body).findIndex((tool) => 'strict' in ((tool.function ?? {}) as Loose));
    return at < 0
      ? undefined
      : words(
          "Invalid value: 'true'. The value 'true' isn't supported yet. For now, please use 'false' for this setting.",
          { param: `tools[${at}].function.strict` },
        );
  },
  strict_schemas: ({ body }) => {
    for (const tool of toolsOf(body)) {
      const made = tool.function as Loose;
      const problems = made.strict === true ? checkStrictSchema(made.parameters, 'parameters') : [];
      if (problems.length > 0)
        return words(`Invalid schema for function '${String(made.name)}': ${problems[0]}`, {
          code: 'invalid_function_parameters',
        });
    }
    return undefined;
  },
  tools_only_on_responses: ({ body }) =>
    toolsOf(body).length === 0
      ? undefined
      : words(
          `Function tools with reasoning_effort are not supported for ${String(body.model)} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`,
          { param: 'reasoning_effort' },
        ),
  one_call_an_answer: ({ body }) =>
    messagesOf(body).some((message) => callsOf(message).length > 1)
      ? words('This model only supports single tool-calls at once!')
      : undefined,
  api_key_header: ({ headers }) =>
    headers['api-key'] === undefined
      ? words(
          'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
          { status: 401 },
        )
      : undefined,
  functions_ids: ({ body }) => {
    const calls = messagesOf(body).flatMap(callsOf);
    const wrong = calls.find(
      ({ id, function: made }, at) => id !== `functions.${(made as Loose).name}:${at}`,
    );
    return wrong === undefined ? undefined : words(`tool call id ${String(wrong.id)}: not functions.NAME:N`);
  },
  thinking_in_content: (asked) => {
    const lost = messagesOf(asked.body).some((message) => {
      const gave = message.role === 'assistant' ? asked.gave(message) : [];
      const content = String(message.content);
      return gave.length > 0 && !gave.some(({ reasoning }) => content.includes(reasoning));
    });
    return lost ? words('the thinking of an earlier answer is missing in its content') : undefined;
  },
  most_tokens_as_completion: ({ body }) =>
    'max_tokens' in body
      ? words(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          { param: 'max_tokens', code: 'unsupported_parameter' },
        )
      : undefined,
  no_temperature: ({ body }) =>
    'temperature' in body && body.temperature !== 1
      ? words(
          "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
          { param: 'temperature', code: 'unsupported_value' },
        )
      : undefined,
  no_stream_options: ({ body }) =>
    'stream_options' in body
      ? words('Extra inputs are not permitted', { param: 'stream_options' })
      : undefined,
  no_system_role: ({ body }) =>
    messagesOf(body).some(({ role }) => role === 'system') ? words('System role not supported') : undefined,
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/**
 * What no server says in words: answers get worse where it is broken. Only the table can know of it; that these are
 * refusals here is so that they are seen.
 */
export const SILENT: ReadonlySet<RuleName> = new Set(['functions_ids', 'thinking_in_content']);

function words(message: string, more: Omit<Words, 'message'> = {}): Words {
  return { message, ...more };
}

export function messagesOf(body: Loose): Loose[] {
  return (body.messages ?? []) as Loose[];
}

export function callsOf(message: Loose): Loose[] {
  return (message.tool_calls ?? []) as Loose[];
}

function toolsOf(body: Loose): Loose[] {
  return (body.tools ?? []) as Loose[];
}

function schemasOf(body: Loose): unknown[] {
  return toolsOf(body).map((tool) => (tool.function as Loose).parameters);
}

function hasCall(message: Loose, { tool_call_id }: Loose): boolean {
  return callsOf(message).some(({ id }) => id === tool_call_id);
}

function idsOf(body: Loose): string[] {
  return messagesOf(body).flatMap((message) => [
    ...callsOf(message).map(({ id }) => String(id)),
    ...(message.role === 'tool' ? [String(message.tool_call_id)] : []),
  ]);
}

function follows(body: Loose, first: string, second: string): boolean {
  const messages = messagesOf(body);
  return messages.some(({ role }, at) => role === second && messages[at - 1]?.role === first);
}

/** Each text of a message; null is none. */
function textsOf({ content }: Loose): string[] {
  if (typeof content === 'string') return [content];
  return Array.isArray(content) ? content.map((part: Loose) => String(part.text)) : [];
}

/** Present, and this server's own as it was given or empty. */
function isReasoningBack({ body, gave }: Asked, asks: (message: Loose) => boolean): boolean {
  return messagesOf(body).every((message) => {
    if (message.role !== 'assistant' || !asks(message)) return true;
    const { reasoning_content: sent } = message;
    const own = gave(message);
    if (typeof sent !== 'string') return false;
    return sent === '' || own.length === 0 || own.some(({ reasoning }) => reasoning === sent);
  });
}

function isObjectText(text: unknown): boolean {
  try {
    const parsed: unknown = JSON.parse(String(text));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false; // The rule says so in the vendor's words.
  }
}
