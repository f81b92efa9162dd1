/** The running turn's calls that write into paper.md, in the order in which they are carried out. */
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
}

export function paperCalls(conversation: Conversation | null): PaperCall[] {
  if (conversation === null || conversation.runningTurn === null) return [];
  const calls: PaperCall[] = [];
  for (const message of conversation.messages) {
    if (message.turn !== conversation.runningTurn || (message.agent ?? 'main') !== 'main') continue;
    for (const part of message.parts) {
      if (part.type !== 'tool' || !writesPaper(part)) continue;
      const call = { id: part.toolCallId, name: part.name, arguments: part.arguments };
      if (part.state === 'running') calls.push(call);
      const made = part.files?.find((file) => file.path === PAPER)?.sha256;
      if (part.state === 'ok' && made !== undefined) calls.push({ ...call, made });
    }
  }
  return calls;
}

export function sameCalls(a: readonly PaperCall[], b: readonly PaperCall[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((call, index) => {
    const other = b[index];
    return call.id === other?.id && call.made === other.made && call.arguments === other.arguments;
  });
}

/** Whether a call that writes into the paper is on its way. */
export function isBeingWritten(calls: readonly PaperCall[]): boolean {
  return calls.some((call) => call.made === undefined);
}

/**
 * The calls of which the page's copy of the file, of the hash `etag`, does not hold the result yet. `noted` remembers
 * from one look to the next which hash stood there when a call was first seen carried out: once another one stands
 * there that no earlier call made, somebody has written since, and what was read holds the call's result, too.
 */
export function notYetRead(
  calls: readonly PaperCall[],
  etag: string | null,
  noted: Map<string, string | null>,
): PaperCall[] {
  const current = calls.findLastIndex((call) => call.made !== undefined && call.made === etag);
  return calls.filter((call, index) => {
    if (call.made === undefined) return true;
    if (!noted.has(call.id)) noted.set(call.id, etag);
    if (index <= current) return false;
    return current >= 0 || noted.get(call.id) === etag;
  });
}
