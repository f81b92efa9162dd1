/** What the agent is doing right now, in one line under the conversation. */
import { PLACE } from '../../../src/domain/events.ts';
import type { Message, ToolPart } from '../../../src/domain/messages.ts';
import type { ConnectionState } from '../live/connection.ts';

export type Activity =
  | { kind: 'idle' }
  | { kind: 'sending' }
  /** Sent, and no turn has taken it yet. */
  | { kind: 'waiting' }
  | { kind: 'thinking' }
  /** As many as may work here at once do. */
  | { kind: 'place' }
  | { kind: 'writing' }
  /** The model is writing a tool call's arguments. */
  | { kind: 'calling'; tool: ToolPart }
  | { kind: 'tool'; tool: ToolPart }
  | { kind: 'retrying'; code?: string | undefined; reason: string; at: string; inMs: number }
  /** A person is to answer. */
  | { kind: 'asking' }
  | { kind: 'stopping' };

export function activityOf(state: ConnectionState): Activity {
  const { conversation } = state;
  if (conversation === null) return { kind: 'idle' };
  if (conversation.runningTurn === null) {
    if (state.outgoing.some((message) => message.state.name === 'sending')) return { kind: 'sending' };
    const waits = conversation.messages.some((message) => message.status === 'queued');
    return waits || state.outgoing.some((message) => message.state.name === 'stored')
      ? { kind: 'waiting' }
      : { kind: 'idle' };
  }
  if (state.stopping) return { kind: 'stopping' };
  if (conversation.ask) return { kind: 'asking' };
  if (conversation.retrying) {
    const { what, code, reason, at, inMs } = conversation.retrying;
    if (what === PLACE.awaited) return { kind: 'place' };
    return { kind: 'retrying', code, reason, at, inMs };
  }
  return ofTurn(conversation.messages.filter((message) => message.turn === conversation.runningTurn));
}

/** The newest thing that is still going on; the code agent's before the call that it serves. */
function ofTurn(messages: Message[]): Activity {
  for (const message of messages.toReversed()) {
    const last = message.parts.at(-1);
    if (message.status === 'running') {
      if (last === undefined || last.type === 'reasoning') return { kind: 'thinking' };
      if (last.type === 'tool') return { kind: 'calling', tool: last };
      return { kind: 'writing' };
    }
    const tool = message.parts.findLast((part) => part.type === 'tool' && part.state === 'running');
    if (tool?.type === 'tool' && tool.name !== 'code_agent') return { kind: 'tool', tool };
  }
  return { kind: 'thinking' };
}
