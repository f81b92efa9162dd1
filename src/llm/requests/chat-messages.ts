/** A conversation as chat completion messages under a profile: a pure function (M1-M4, M8). */
import type { Profile } from '../profiles/profile.ts';
import type { ChatCall, ChatMessage, ModelEndpoint, ReturnedItems, UserPart } from '../types.ts';
import { createCallIds } from './call-ids.ts';
import { inOrder, isBlank } from './order.ts';
import { userPieces } from './user-text.ts';

/** What a result says that says nothing: some servers refuse an empty one. */
export const NO_RESULT = '(no result)';
/** Stands for the signature that a call of another model's does not have. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** A message as it goes over the wire. */
export type WireMessage = Record<string, unknown> & { role: string };

export function chatMessages(
  conversation: ChatMessage[],
  profile: Profile,
  endpoint: Pick<ModelEndpoint, 'baseUrl' | 'model'>,
): WireMessage[] {
  const idOf = createCallIds(profile.toolIds);
  const names = new Map<string, string>();
  const ordered = inOrder(conversation, profile);
  const wire: WireMessage[] = [];
  for (const message of ordered) {
    switch (message.role) {
      case 'system':
        wire.push(systemMessage(message.content, profile));
        break;
      case 'user':
        wire.push({ role: 'user', content: userContent(message.parts) });
        break;
      case 'tool':
        wire.push({
          role: 'tool',
          tool_call_id: idOf(message.tool_call_id, names.get(message.tool_call_id) ?? ''),
          content: isBlank(message.content) ? NO_RESULT : message.content,
        });
        break;
      case 'assistant': {
        for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
        const returned = ownOf(message.returned, endpoint);
        const calls = (message.tool_calls ?? []).map((call, index) =>
          wireCall(call, idOf(call.id, call.function.name), returned?.calls?.[index], index, profile),
        );
        wire.push(answer(message.content, calls, returned, profile));
      }
    }
  }
  const split = profile.parallelHistory === 'split' ? splitCalls(wire) : wire;
  if (profile.systemRole === 'user') return systemAsUser(split);
  return profile.cache === 'cache_control' ? marked(split) : split;
}

/** A string, which every server takes, but where there is a picture. */
function userContent(parts: UserPart[]): string | Record<string, unknown>[] {
  const pieces = userPieces(parts);
  const [first] = pieces;
  if (pieces.length === 1 && first?.type === 'text') return first.text;
  return pieces.map((piece) =>
    piece.type === 'text' ? { ...piece } : { type: 'image_url', image_url: { url: piece.url } },
  );
}

/** The content of a message as parts. */
function partsOf({ content }: WireMessage): Record<string, unknown>[] {
  return Array.isArray(content) ? content : [{ type: 'text', text: content }];
}

function systemMessage(content: string, { systemRole }: Profile): WireMessage {
  return { role: systemRole === 'developer' ? 'developer' : 'system', content };
}

function answer(
  text: string | null,
  calls: Record<string, unknown>[],
  returned: ReturnedItems | undefined,
  profile: Profile,
): WireMessage {
  const content = text === null || isBlank(text) ? null : text;
  const fields = fieldsBack(returned, calls.length > 0, profile);
  if (calls.length === 0) return { role: 'assistant', content, ...fields };
  const apart = content !== null && !profile.textWithCalls;
  const empty = { null: { content: null }, empty: { content: '' }, absent: {} }[profile.emptyContent];
  const called = content === null || apart ? empty : { content };
  // What is said beside calls is lost where a server takes only one of both, rather than a second answer in a row.
  return { role: 'assistant', ...called, ...fields, tool_calls: calls };
}

/** The reasoning and the opaque fields that go back with an answer (M8). */
function fieldsBack(
  returned: ReturnedItems | undefined,
  calls: boolean,
  profile: Profile,
): Record<string, unknown> {
  const { reasoningBack: field, reasoningWhen, reasoningEmpty, signatures } = profile;
  const message = returned?.message ?? {};
  const fields: Record<string, unknown> =
    signatures !== 'none' && message.extra_content !== undefined
      ? { extra_content: message.extra_content }
      : {};
  if (field === 'none' || (reasoningWhen === 'calls' && !calls)) return fields;
  // It may have come in the other of the two fields that servers have for it.
  const value =
    message[field] ?? (isText(field) ? (message.reasoning_content ?? message.reasoning) : undefined);
  if (value !== undefined) return { ...fields, [field]: value };
  return reasoningEmpty && isText(field) ? { ...fields, [field]: '' } : fields;
}

function isText(field: string): boolean {
  return field === 'reasoning_content' || field === 'reasoning';
}

function wireCall(
  call: ChatCall,
  id: string,
  returned: Record<string, unknown> | null | undefined,
  index: number,
  { signatures }: Profile,
): Record<string, unknown> {
  const wire = { id, type: 'function', function: call.function };
  if (signatures === 'none') return wire;
  if (returned?.extra_content !== undefined) return { ...wire, extra_content: returned.extra_content };
  // Only the first call of an answer has one.
  if (index > 0) return wire;
  const vendor = signatures === 'vertex' ? 'vertex' : 'google';
  return { ...wire, extra_content: { [vendor]: { thought_signature: NO_SIGNATURE } } };
}

/** What was given by this endpoint and model, and no other. */
export function ownOf(
  returned: ReturnedItems | undefined,
  { baseUrl, model }: Pick<ModelEndpoint, 'baseUrl' | 'model'>,
): ReturnedItems | undefined {
  return returned?.endpoint === baseUrl && returned.model === model ? returned : undefined;
}

/** Each call in an answer of its own, with its result behind it. */
function splitCalls(messages: WireMessage[]): WireMessage[] {
  const results = new Map(
    messages.filter((one) => one.role === 'tool').map((one) => [one.tool_call_id, one]),
  );
  return messages.flatMap((message) => {
    if (message.role === 'tool') return [];
    const calls = (message.tool_calls ?? []) as { id: string }[];
    if (calls.length === 0) return [message];
    return calls.flatMap((call, index) => [
      { ...message, ...(index > 0 && message.content ? { content: null } : {}), tool_calls: [call] },
      results.get(call.id) as WireMessage,
    ]);
  });
}

/** The system prompt at the head of the first user message, for a template that knows no such role. */
function systemAsUser([system, first, ...rest]: WireMessage[]): WireMessage[] {
  if (system === undefined || first === undefined) return system === undefined ? [] : [system];
  const content = Array.isArray(first.content)
    ? [{ type: 'text', text: system.content }, ...first.content]
    : `${system.content}\n\n${first.content}`;
  return [{ ...first, content }, ...rest];
}

/** With marks behind the system prompt and behind the last message: up to there the server keeps the prompt. */
function marked(messages: WireMessage[]): WireMessage[] {
  const mark = (message: WireMessage): WireMessage => {
    const parts = partsOf(message);
    const last = { ...parts.at(-1), cache_control: { type: 'ephemeral' } };
    return { ...message, content: [...parts.slice(0, -1), last] };
  };
  return messages.map((message, at) => (at === 0 || at === messages.length - 1 ? mark(message) : message));
}
