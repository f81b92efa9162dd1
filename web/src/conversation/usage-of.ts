import { addUsage, type Message, type Usage } from '../../../src/domain/messages.ts';
import type { Thread } from './thread.ts';

/** Whether some of these answers, or of the agents' that they called, took tokens at a price that nobody knows. */
export function hasUnpriced(messages: readonly Message[], steps: Thread['steps']): boolean {
  return messages.some(
    ({ usage, parts }) =>
      (usage !== undefined && usage.cost === undefined && usage.inputTokens + usage.outputTokens > 0) ||
      parts.some((part) => part.type === 'tool' && hasUnpriced(steps.get(part.toolCallId) ?? [], steps)),
  );
}

/** What some answers cost together, with the agents' that they called; undefined when none says. */
export function usageOf(messages: readonly Message[], steps: Thread['steps']): Usage | undefined {
  let sum: Usage | undefined;
  const add = (usage: Usage | undefined) => {
    if (usage !== undefined) sum = sum === undefined ? usage : addUsage(sum, usage);
  };
  for (const message of messages) {
    add(message.usage);
    for (const part of message.parts) {
      if (part.type === 'tool') add(usageOf(steps.get(part.toolCallId) ?? [], steps));
    }
  }
  return sum;
}
