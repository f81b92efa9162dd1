/**
 * A turn as what clients of other protocols follow: steps, what is said and thought in pieces with a start and an end,
 * calls and what came of them (I10). Pure. What an ended turn streamed is gone from the log: then its messages as they
 * were stored have it.
 */
import type { LogEvent } from '../../domain/events.ts';
import {
  type AgentId,
  type FileChange,
  type Message,
  type ToolArguments,
  textOf,
} from '../../domain/messages.ts';
import { type AnswerEnding, createAnswerEnding } from './answer-ending.ts';

export type AnswerMove =
  /** The MainAgent begins a step. */
  | { type: 'step'; step: number }
  /** What the step has said, thought and drafted is void: it begins again. Nothing of it is open. */
  | { type: 'void' }
  | { type: 'start' | 'end'; what: Saying; messageId: string }
  | { type: 'piece'; what: Saying; messageId: string; text: string }
  /** A call's arguments as the model writes them. */
  | { type: 'draft'; callId: string; name: string | undefined; text: string }
  | {
      type: 'call';
      callId: string;
      name: string;
      arguments: ToolArguments;
      agent: AgentId;
      messageId: string;
    }
  | { type: 'result'; callId: string; ok: boolean; result: string; files: FileChange[] }
  /** Nothing moves for so long, and why. */
  | { type: 'wait'; reason: string; inMs: number }
  /** The message was taken back before a turn took it. */
  | { type: 'withdrawn' }
  | { type: 'ended'; ending: AnswerEnding };

export type Saying = 'text' | 'reasoning';

/** Gives what makes moves of a turn's events, in their order. */
export function createAnswerMoves(): (event: LogEvent) => AnswerMove[] {
  /** What is being said, of the message that is. */
  let open: { what: Saying; messageId: string } | undefined;
  /** How much of the message that speaks has been told. */
  let told = { messageId: '', text: 0, reasoning: 0 };
  let step = 0;
  const endingOf = createAnswerEnding();

  function close(): AnswerMove[] {
    if (open === undefined) return [];
    const ended: AnswerMove = { type: 'end', ...open };
    open = undefined;
    return [ended];
  }

  function say(what: Saying, messageId: string, text: string): AnswerMove[] {
    if (text === '') return [];
    if (told.messageId !== messageId) told = { messageId, text: 0, reasoning: 0 };
    const moves: AnswerMove[] = [];
    if (open?.what !== what || open.messageId !== messageId) {
      moves.push(...close(), { type: 'start', what, messageId });
      open = { what, messageId };
    }
    told[what] += text.length;
    return [...moves, { type: 'piece', what, messageId, text }];
  }

  function complete(message: Message): AnswerMove[] {
    if (message.agent !== 'main') return [];
    const { id } = message;
    const known = told.messageId === id ? told : { text: 0, reasoning: 0 };
    const thought = message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
    return [
      ...(known.reasoning === 0 && known.text === 0 ? say('reasoning', id, thought) : []),
      ...say('text', id, textOf(message).slice(known.text)),
      ...close(),
    ];
  }

  return (event) => {
    const ending = endingOf(event);
    if (ending !== undefined) return [...close(), { type: 'ended', ending }];
    switch (event.kind) {
      case 'step.started': {
        if (event.agent !== 'main' || event.step === step) return [];
        step = event.step;
        return [...close(), { type: 'step', step }];
      }
      case 'step.superseded':
        if (event.agent !== 'main') return [];
        told = { messageId: '', text: 0, reasoning: 0 };
        return [...close(), { type: 'void' }];
      case 'text.delta':
        return event.agent === 'main' ? say('text', event.messageId, event.text) : [];
      case 'reasoning.delta':
        return event.agent === 'main' ? say('reasoning', event.messageId, event.text) : [];
      case 'message.completed':
        return complete(event.message);
      case 'tool.delta': {
        if (event.agent !== 'main') return [];
        return [...close(), { type: 'draft', callId: event.toolCallId, name: event.name, text: event.text }];
      }
      case 'tool.called': {
        const { toolCallId: callId, name, arguments: given, agent, messageId } = event;
        return [{ type: 'call', callId, name, arguments: given, agent, messageId }];
      }
      case 'tool.completed': {
        const { toolCallId: callId, ok, result, files } = event;
        return [{ type: 'result', callId, ok, result, files }];
      }
      case 'retrying':
        return [{ type: 'wait', reason: event.reason, inMs: event.inMs }];
      case 'message.withdrawn':
        return [{ type: 'withdrawn' }];
      default:
        return [];
    }
  };
}
