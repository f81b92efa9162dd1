/**
 * What a model is sent of the conversation, in the strict OpenAI shape. Role `user`
 * holds only what a person wrote, or a code agent's task, word for word (P12).
 */
import type { Message, ToolPart } from '../domain/messages.ts';
import { textOf } from '../domain/messages.ts';
import type { ChatMessage } from '../llm/types.ts';

/** A message as chat messages; none for one that says and calls nothing, for the shape forbids it. */
export function chatOf(message: Message): ChatMessage[] {
  return message.role === 'user' ? [{ role: 'user', content: textOf(message) }] : answerToChat(message);
}

/** An answer and the results of its calls. */
function answerToChat(message: Message): ChatMessage[] {
  const calls = message.parts.filter((part) => part.type === 'tool');
  const text = textOf(message);
  if (calls.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text }];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      tool_calls: calls.map((call) => ({
        id: call.toolCallId,
        type: 'function',
        function: { name: call.name, arguments: argumentsText(call) },
      })),
    },
    ...calls.map(
      (call): ChatMessage => ({
        role: 'tool',
        tool_call_id: call.toolCallId,
        content: call.result ?? '(no result)',
      }),
    ),
  ];
}

/** Vendors refuse arguments that are no JSON object, so those are quoted inside one. */
function argumentsText(call: ToolPart): string {
  return typeof call.arguments === 'string'
    ? JSON.stringify({ invalid_json: call.arguments })
    : JSON.stringify(call.arguments);
}
