/** One turn's answer as it is laid out: parts one by one, but calls of one kind that follow each other together. */
import type { Message, Part, ToolPart } from '../../../src/domain/messages.ts';
import { groupOf, type ToolGroupKind } from './tool-summary.ts';

export interface PartItem {
  kind: 'part';
  key: string;
  message: Message;
  part: Part;
}

export type AnswerItem =
  | PartItem
  | { kind: 'group'; key: string; of: ToolGroupKind; calls: (PartItem & { part: ToolPart })[] };

/** Calls that are done are grouped from two on (V21); one that runs or failed stands by itself. */
export function answerItems(messages: readonly Message[]): AnswerItem[] {
  const items: AnswerItem[] = [];
  for (const message of messages) {
    for (const [index, part] of message.parts.entries()) {
      // Steps that only call say nothing, and many servers send an empty text or a line end with them.
      if (part.type === 'text' && part.text.trim() === '' && part.cutOff === undefined) continue;
      const item: PartItem = { kind: 'part', key: `${message.id} ${index}`, message, part };
      const of = part.type === 'tool' && part.state === 'ok' ? groupOf(part) : null;
      if (of !== null) join(items, of, item as PartItem & { part: ToolPart });
      else items.push(item);
    }
  }
  return items;
}

function join(items: AnswerItem[], of: ToolGroupKind, item: PartItem & { part: ToolPart }): void {
  const before = items.at(-1);
  if (before?.kind === 'group' && before.of === of) {
    before.calls.push(item);
    return;
  }
  const first = before?.kind === 'part' && before.part.type === 'tool' ? before.part : null;
  if (before?.kind === 'part' && first?.state === 'ok' && groupOf(first) === of) {
    const calls = [before as PartItem & { part: ToolPart }, item];
    items[items.length - 1] = { kind: 'group', key: `${before.key} and others`, of, calls };
    return;
  }
  items.push(item);
}
