import type { Conversation } from '../../../src/domain/reducer.ts';
import { stringArgument } from '../conversation/draft.ts';

const writers = new Set(['writemd', 'update_section_content', 'add_section', 'rename_section_title']);

/** Whether a tool call that writes paper.md is on its way. */
export function paperIsBeingWritten(conversation: Conversation | null): boolean {
  if (conversation === null || conversation.runningTurn === null) return false;
  return conversation.messages.some(
    (message) =>
      message.turn === conversation.runningTurn &&
      message.parts.some(
        (part) =>
          part.type === 'tool' &&
          part.state === 'running' &&
          writers.has(part.name) &&
          stringArgument(part.arguments, 'file') === 'paper.md',
      ),
  );
}
