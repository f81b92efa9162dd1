/** A finished answer as the parts of a message, and its tool calls' ids and labels. */
import { createHash } from 'node:crypto';
import type { CallMode, CallRef } from '../domain/calls.ts';
import type { Part, ToolArguments } from '../domain/messages.ts';
import type { ModelAnswer } from '../llm/types.ts';
import { readArguments } from './mending/mend-arguments.ts';

/** The parts as the reducer would have built them from the deltas, with the calls' parsed arguments. */
export function answerParts(messageId: string, answer: ModelAnswer): Part[] {
  const parts: Part[] = [];
  if (answer.reasoning !== '') parts.push({ type: 'reasoning', text: answer.reasoning });
  const { finishReason: reason } = answer;
  if (reason === 'length' || reason === 'content_filter') {
    // Said even where there is no text: whoever reads must not take the silence for an answer.
    parts.push({ type: 'text', text: answer.text, cutOff: reason });
  } else if (answer.text !== '') parts.push({ type: 'text', text: answer.text });
  answer.toolCalls.forEach((call, index) => {
    parts.push({
      type: 'tool',
      toolCallId: toolCallIdOf(messageId, index),
      name: call.name,
      arguments: readArguments(call.name, call.arguments),
      state: 'running',
    });
  });
  return parts;
}

/** What the workflow is told of the calls. `modeOf` says how a tool may run beside others. */
export function callRefs(parts: Part[], modeOf: (name: string, args: ToolArguments) => CallMode): CallRef[] {
  return parts
    .filter((part) => part.type === 'tool')
    .map((part) => ({
      id: part.toolCallId,
      label: labelOf(part.name, part.arguments),
      mode: modeOf(part.name, part.arguments),
    }));
}

/**
 * A tool call's id is ours, for providers repeat theirs: uuid version 5 (RFC 9562) of the call's index in the
 * namespace of its message, which is the step's attempt.
 */
export function toolCallIdOf(messageId: string, index: number): string {
  const hash = createHash('sha1')
    .update(Buffer.from(messageId.replaceAll('-', ''), 'hex'))
    .update(String(index))
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** `name file`, at most 40 bytes of printable ASCII: it stands in Temporal's history (R1, F17). */
function labelOf(name: string, args: ToolArguments): string {
  const file = typeof args === 'object' ? (args.filename ?? args.file ?? args.path) : undefined;
  const label = typeof file === 'string' ? `${name} ${file}` : name;
  return label.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
}
