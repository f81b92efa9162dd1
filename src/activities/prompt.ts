/**
 * What a model is sent: the system prompt, and the agent's conversation in the strict OpenAI shape. Role `user`
 * holds only what a person wrote, or a code agent's task, word for word (P12).
 */
import type { Message, ToolPart } from '../domain/messages.ts';
import { textOf } from '../domain/messages.ts';
import type { ChatMessage } from '../llm/types.ts';

/** One agent's conversation as chat messages; `task` opens a code agent's. */
export function toChat(system: string, conversation: Message[], task?: string): ChatMessage[] {
  const chat: ChatMessage[] = [{ role: 'system', content: system }];
  if (task !== undefined) chat.push({ role: 'user', content: task });
  for (const message of conversation) {
    if (message.role === 'user') chat.push({ role: 'user', content: textOf(message) });
    else chat.push(...answerToChat(message));
  }
  return chat;
}

/** An answer and the results of its calls. One that says and calls nothing is left out: the shape forbids it. */
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
