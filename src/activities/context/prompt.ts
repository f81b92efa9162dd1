/**
 * The conversation as a model is shown it, before its server's profile gives it a shape: a pure function of what is
 * stored, so that a later step sends the same bytes again and a provider's cache holds them (M1).
 */

import { toldReview } from '../../agents/reviewer-prompt.ts';
import type { ContextMessage } from '../../db/summaries.ts';
import type { FileChange, ToolPart } from '../../domain/messages.ts';
import { textOf } from '../../domain/messages.ts';
import { REVIEWER } from '../../domain/reviews.ts';
import type { ChatMessage, UserPart } from '../../llm/types.ts';
import { readableSize } from '../../workspace/tree.ts';
import type { ShownParts } from './pictures.ts';

const NONE: ShownParts = new Map();
/** Files that one result names; a run that changes more lists them itself. */
const FILES_NAMED = 20;
/** Tools whose results list the files that they changed. */
const LIST_FILES = new Set(['run_python', 'code_agent']);

/**
 * A message as chat messages; none for an answer that says and calls nothing. `opening` is what its turn began with;
 * pictures stand behind a person's words, and behind the results of an answer's calls: in a message of the user's side,
 * for servers take them nowhere else.
 */
export function chatOf(
  message: ContextMessage,
  opening?: string,
  pictures: ShownParts = NONE,
): ChatMessage[] {
  if (message.role === 'user')
    return [{ role: 'user', parts: [...userParts(message, opening), ...(pictures.get(message.id) ?? [])] }];
  if (message.agent === REVIEWER)
    return [{ role: 'user', parts: [{ type: 'told', name: 'review', text: toldReview(textOf(message)) }] }];
  const drawn = message.parts.flatMap((part) =>
    part.type === 'tool' ? (pictures.get(part.toolCallId) ?? []) : [],
  );
  return [...answerToChat(message), ...(drawn.length === 0 ? [] : [{ role: 'user' as const, parts: drawn }])];
}

function userParts(message: ContextMessage, opening: string | undefined): UserPart[] {
  const attached = message.attachments ?? [];
  return [
    ...openingParts(opening),
    ...(attached.length === 0
      ? []
      : [{ type: 'told' as const, name: 'attachments' as const, text: attached.join('\n') }]),
    { type: 'said', text: textOf(message) },
  ];
}

/** What a turn or a code agent begins with: the files and the outline as they were then. */
export function openingParts(opening: string | undefined): UserPart[] {
  return opening === undefined ? [] : [{ type: 'told', name: 'workspace', text: opening }];
}

/** An answer and the results of its calls. */
function answerToChat(message: ContextMessage): ChatMessage[] {
  const calls = message.parts.filter((part) => part.type === 'tool');
  const text = textOf(message);
  const returned = message.returned === undefined ? {} : { returned: message.returned };
  if (calls.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text, ...returned }];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      tool_calls: calls.map((call) => ({
        id: call.toolCallId,
        type: 'function',
        function: { name: call.name, arguments: argumentsText(call) },
      })),
      ...returned,
    },
    ...calls.map(
      (call): ChatMessage => ({ role: 'tool', tool_call_id: call.toolCallId, content: resultText(call) }),
    ),
  ];
}

/** Vendors refuse arguments that are no JSON object, so those are quoted inside one. */
function argumentsText(call: ToolPart): string {
  return typeof call.arguments === 'string'
    ? JSON.stringify({ invalid_json: call.arguments })
    : JSON.stringify(call.arguments);
}

/** The result, with what the call has changed in the workspace: the listing at the turn's beginning stays as it is. */
function resultText({ name, result = '', files = [] }: ToolPart): string {
  if (files.length === 0 || LIST_FILES.has(name)) return result;
  const named = files.slice(0, FILES_NAMED).map(fileText);
  const more = files.length - named.length;
  return `${result}\n\nWorkspace now: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function fileText({ path, size, change }: FileChange): string {
  return `${path} (${[change, ...(size === undefined ? [] : [readableSize(size)])].join(', ')})`;
}
