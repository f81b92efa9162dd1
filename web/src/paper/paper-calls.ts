/** The calls that write into paper.md of the turn that runs or ran last, in the order in which they are carried out. */
import type { ToolArguments } from '../../../src/domain/messages.ts';
import type { Conversation } from '../../../src/domain/reducer.ts';
import { writesPaper } from '../conversation/tool-summary.ts';
import { PAPER } from './paper-file.ts';

/** A call as far as the model has written it; what a failed one wanted is not in the paper. */
export interface PaperCall {
  id: string;
  name: string;
  arguments: ToolArguments;
  /** What the file holds since the call was carried out; absent while it is not. */
  made?: string;
  /** Its turn has ended. */
  over?: true;
}

export function paperCalls(conversation: Conversation | null): PaperCall[] {
  if (conversation === null) return [];
  const isOver = conversation.runningTurn === null;
  const turn = conversation.runningTurn ?? conversation.outcomes.at(-1)?.turn;
  const calls: PaperCall[] = [];
  for (const message of conversation.messages) {
    if (turn === undefined || message.turn !== turn || (message.agent ?? 'main') !== 'main') continue;
    for (const part of message.parts) {
      if (part.type !== 'tool' || !writesPaper(part)) continue;
      const call = { id: part.toolCallId, name: part.name, arguments: part.arguments };
      if (part.state === 'running' && !isOver) calls.push(call);
      const made = part.files?.find((file) => file.path === PAPER)?.sha256;
      if (part.state === 'ok' && made !== undefined)
        calls.push({ ...call, made, ...(isOver ? { over: true } : {}) });
    }
  }
  return calls;
}

export function sameCalls(a: readonly PaperCall[], b: readonly PaperCall[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((call, index) => {
    const other = b[index];
    return (
      call.id === other?.id &&
      call.made === other.made &&
      call.over === other.over &&
      call.arguments === other.arguments
    );
  });
}

/** Whether a call that writes into the paper is on its way. */
export function isBeingWritten(calls: readonly PaperCall[]): boolean {
  return calls.some((call) => call.made === undefined);
}

/**
 * The calls of which the page's copy of the file, of the hash `etag`, does not hold the result yet. `noted` remembers
 * from one look to the next which calls were seen while their turn ran, and which hash stood there when each was first
 * seen carried out: once another one stands there that no earlier call made, somebody has written since, and what was
 * read holds the call's result, too. So does what was read first of a turn that was over then.
 */
export function notYetRead(
  calls: readonly PaperCall[],
  etag: string | null,
  noted: Map<string, string | null | undefined>,
): PaperCall[] {
  const current = calls.findLastIndex((call) => call.made !== undefined && call.made === etag);
  return calls.filter((call, index) => {
    if (call.over && !noted.has(call.id)) return false;
    if (noted.get(call.id) === undefined) noted.set(call.id, call.made === undefined ? undefined : etag);
    if (call.made === undefined) return true;
    if (index <= current) return false;
    return current >= 0 || noted.get(call.id) === etag;
  });
}
