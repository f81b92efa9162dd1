/** The body of a Responses API request (M9): the same conversation as items; what the model gave goes back as it came. */
import type { ResponseCreateParamsStreaming, ResponseInputItem } from 'openai/resources/responses/responses';
import type { Profile } from '../profiles/profile.ts';
import type { ChatMessage, ModelRequest } from '../types.ts';
import { createCallIds } from './call-ids.ts';
import { wireTool } from './chat-body.ts';
import { NO_RESULT, ownOf } from './chat-messages.ts';
import { mostTokens } from './most-tokens.ts';
import { inOrder, isBlank } from './order.ts';
import { type UserPiece, userPieces } from './user-text.ts';

type Item = Record<string, unknown>;

export function responsesBody(request: ModelRequest, profile: Profile): ResponseCreateParamsStreaming {
  const { endpoint, messages, tools, cacheKey } = request;
  const most = mostTokens(request);
  const ordered = inOrder(messages, profile);
  const [first] = ordered;
  return {
    ...profile.body,
    ...endpoint.params,
    model: endpoint.model,
    ...(first?.role === 'system' ? { instructions: first.content } : {}),
    input: inputItems(ordered, request) as unknown as ResponseInputItem[],
    stream: true,
    // Nothing is kept there: what has to go back is sent with each request.
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(cacheKey === undefined ? {} : { prompt_cache_key: cacheKey }),
    ...(endpoint.temperature === undefined || !profile.temperature
      ? {}
      : { temperature: endpoint.temperature }),
    ...(most === undefined ? {} : { max_output_tokens: most }),
    ...(tools.length === 0
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', strict: false, ...wireTool(tool, profile) })) }),
  } as ResponseCreateParamsStreaming;
}

function inputItems(messages: ChatMessage[], { endpoint }: ModelRequest): Item[] {
  const idOf = createCallIds('nine');
  /** Our id of a call → the one under which the model made it, where its own items go back. */
  const theirs = new Map<string, string>();
  return messages.flatMap((message): Item[] => {
    switch (message.role) {
      case 'user':
        return [{ type: 'message', role: 'user', content: userPieces(message.parts).map(inputOf) }];
      case 'tool': {
        const id = theirs.get(message.tool_call_id) ?? idOf(message.tool_call_id, '');
        return [
          {
            type: 'function_call_output',
            call_id: id,
            output: isBlank(message.content) ? NO_RESULT : message.content,
          },
        ];
      }
      case 'assistant': {
        const own = ownItems(message, endpoint);
        const calls = message.tool_calls ?? [];
        if (own !== undefined) {
          const made = own.filter((item) => item.type === 'function_call');
          for (const [at, call] of calls.entries()) theirs.set(call.id, String(made[at]?.call_id));
          return own;
        }
        return [
          ...(message.content !== null && !isBlank(message.content)
            ? [
                {
                  type: 'message',
                  role: 'assistant',
                  content: [{ type: 'output_text', text: message.content, annotations: [] }],
                },
              ]
            : []),
          ...calls.map((call) => ({
            type: 'function_call',
            call_id: idOf(call.id, call.function.name),
            name: call.function.name,
            arguments: call.function.arguments,
          })),
        ];
      }
      case 'system':
        break;
    }
    return [];
  });
}

function inputOf(piece: UserPiece): Item {
  return piece.type === 'text'
    ? { type: 'input_text', text: piece.text }
    : { type: 'input_image', image_url: piece.url, detail: 'auto' };
}

/** The answer's items as they came; undefined where they are another model's, or no longer tell of the same calls. */
function ownItems(
  { returned, tool_calls: calls = [] }: Extract<ChatMessage, { role: 'assistant' }>,
  endpoint: ModelRequest['endpoint'],
): Item[] | undefined {
  const items = ownOf(returned, endpoint)?.output;
  if (items === undefined) return undefined;
  return items.filter((item) => item.type === 'function_call').length === calls.length ? items : undefined;
}
