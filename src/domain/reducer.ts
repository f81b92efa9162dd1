/**
 * The one reducer over the event log. The API's snapshots, the history file and the page all show what it
 * computes, so a client that starts from a snapshot ends up where one that watched from the start is (P6).
 */
import type { Ask } from './asks.ts';
import { type LogEvent, PLACE, type TurnError, type TurnOutcome } from './events.ts';
import type { Message, Part, ToolPart, Usage } from './messages.ts';
import type { Plan } from './plans.ts';
import type { Review } from './reviews.ts';

/** `asking`: the turn that runs waits for a person. */
export type WorkStatus = 'idle' | 'running' | 'asking' | 'stopping';

export interface TurnEnd {
  turn: number;
  outcome: TurnOutcome;
  usage: Usage;
  error?: TurnError;
}

export interface Conversation {
  /** The last event that is part of this state; 0 before the first. */
  seq: number;
  /** The number of the running turn, or null. */
  runningTurn: number | null;
  /** In conversation order; messages nobody has taken yet stand at the end. */
  messages: Message[];
  /** How the turns ended that are known to have, oldest first. */
  outcomes: TurnEnd[];
  /** What the running turn asks a person. */
  ask?: Ask;
  /** What the agent means to do (H3). */
  plan?: Plan;
  /** What the reviewer said of the paper last (H5); none since the conversation was rewound. */
  review?: Review;
  /** Set while a retry is awaited; cleared by the next event of that turn. */
  retrying?: { agent: string; what: string; code?: string; reason: string; inMs: number; at: string };
}

/** How much of a run's output a tool part keeps, in UTF-16 code units: the end, where errors stand. */
export const OUTPUT_KEPT = 65_536;

export const emptyConversation: Conversation = { seq: 0, runningTurn: null, messages: [], outcomes: [] };

/** The end of `output + text`, at most OUTPUT_KEPT long and never beginning inside a surrogate pair. */
export function keepOutput(output: string, text: string): string {
  const tail = (output + text).slice(-OUTPUT_KEPT);
  const first = tail.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? tail.slice(1) : tail;
}

/**
 * The conversation after one more event. Pure; shares what did not change with the old state.
 * An event that was applied already (seq at or below the state's) changes nothing.
 * @throws Error when an event is missing between the state and this one: the log is gapless (P2).
 */
export function reduce(state: Conversation, event: LogEvent): Conversation {
  if (event.seq <= state.seq) return state;
  if (event.seq !== state.seq + 1) {
    throw new Error(`event ${event.seq} does not follow ${state.seq}: the log is gapless, so one was lost`);
  }
  const { retrying: _over, ...rest } = state;
  const next: Conversation = { ...rest, seq: event.seq };
  switch (event.kind) {
    case 'message.queued':
      next.messages = [
        ...state.messages,
        {
          id: event.message.id,
          turn: null,
          role: 'user',
          status: 'queued',
          createdAt: event.at,
          parts: [{ type: 'text', text: event.message.text }],
          attachments: event.message.attachments,
          delivery: event.message.delivery,
          ...(event.message.scheduledBy === undefined ? {} : { scheduledBy: event.message.scheduledBy }),
        },
      ];
      return next;
    case 'message.changed': {
      const { message } = event;
      next.messages = change(state.messages, message.id, (old) => ({
        ...old,
        parts: [{ type: 'text', text: message.text }],
        attachments: message.attachments,
        delivery: message.delivery,
      }));
      return next;
    }
    case 'message.withdrawn':
      next.messages = state.messages.filter((message) => message.id !== event.id);
      return next;
    case 'message.steered':
      next.messages = take(state.messages, [event.id], event.turn);
      return next;
    case 'conversation.rewound': {
      const from = state.messages.findIndex((message) => message.id === event.beforeMessageId);
      // A client that holds the newest messages alone may not have it: then it holds none that came before it.
      next.messages = state.messages.filter((message, index) => index < from || message.status === 'queued');
      const turns = new Set(next.messages.map((message) => message.turn));
      next.outcomes = state.outcomes.filter(({ turn }) => turns.has(turn));
      delete next.review;
      return next;
    }
    case 'turn.started':
      next.runningTurn = event.turn;
      next.messages = take(state.messages, event.messageIds, event.turn);
      return next;
    case 'step.started':
      next.messages = insertBeforeQueued(state.messages, {
        id: event.messageId,
        turn: event.turn,
        role: 'assistant',
        agent: event.agent,
        status: 'running',
        createdAt: event.at,
        parts: [],
      });
      return next;
    case 'step.superseded':
      next.messages = state.messages.filter((message) => message.id !== event.messageId);
      return next;
    case 'text.delta':
      next.messages = change(state.messages, event.messageId, (old) => addText(old, 'text', event.text));
      return next;
    case 'reasoning.delta':
      next.messages = change(state.messages, event.messageId, (old) => addText(old, 'reasoning', event.text));
      return next;
    case 'tool.delta':
      next.messages = change(state.messages, event.messageId, (old) => ({
        ...old,
        parts: addDraft(old.parts, event.toolCallId, event.name ?? '', event.text),
      }));
      return next;
    case 'tool.called':
      next.messages = change(state.messages, event.messageId, (old) => ({
        ...old,
        parts: putTool(old.parts, {
          type: 'tool',
          toolCallId: event.toolCallId,
          name: event.name,
          arguments: event.arguments,
          state: 'running',
        }),
      }));
      return next;
    case 'tool.output':
      next.messages = changeTool(state.messages, event.toolCallId, (old) => ({
        ...old,
        output: keepOutput(old.output ?? '', event.text),
      }));
      return next;
    case 'tool.completed':
      next.messages = changeTool(state.messages, event.toolCallId, (old) => ({
        ...old,
        state: event.ok ? 'ok' : 'error',
        result: event.result,
        files: event.files,
        durationMs: event.durationMs,
        ...(event.ending ? { ending: event.ending } : {}),
      }));
      return next;
    case 'ask.raised': {
      const { seq: _seq, turn: _turn, at: _at, kind: _kind, ...ask } = event;
      next.ask = ask;
      return next;
    }
    case 'ask.answered':
      delete next.ask;
      return next;
    case 'plan.changed':
      if (event.steps.length === 0) delete next.plan;
      else next.plan = { version: event.seq, by: event.by, steps: event.steps };
      return next;
    case 'review.completed': {
      const { seq: _seq, turn, at: _at, kind: _kind, ...review } = event;
      next.review = { turn: turn ?? 0, ...review };
      return next;
    }
    case 'message.completed':
      next.messages = change(state.messages, event.message.id, () => event.message);
      return next;
    case 'context.compacted':
    case 'budget.warned':
    case 'workspace.snapshot':
    case 'workspace.restored':
      return next;
    case 'retrying':
      if (event.what === PLACE.found) return next;
      next.retrying = {
        agent: event.agent,
        what: event.what,
        ...(event.code === undefined ? {} : { code: event.code }),
        reason: event.reason,
        inMs: event.inMs,
        at: event.at,
      };
      return next;
    case 'turn.completed':
      next.runningTurn = null;
      delete next.ask;
      next.outcomes = [
        ...state.outcomes,
        {
          turn: event.turn ?? 0,
          outcome: event.outcome,
          usage: event.usage,
          ...(event.error ? { error: event.error } : {}),
        },
      ];
      return next;
    case 'verification.started':
    case 'verification.completed':
      // Beside the conversation.
      return next;
    default:
      // Of a newer server than this page (P14). The type says that none of ours is forgotten.
      event satisfies never;
      return next;
  }
}

/** The conversation after all of `events`, in order. */
export function reduceAll(state: Conversation, events: Iterable<LogEvent>): Conversation {
  let now = state;
  for (const event of events) now = reduce(now, event);
  return now;
}

/** Replaces one message; searched from the end, where streaming happens. */
function change(messages: Message[], id: string, to: (old: Message) => Message): Message[] {
  const index = messages.findLastIndex((message) => message.id === id);
  const old = messages[index];
  return old === undefined ? messages : messages.with(index, to(old));
}

function changeTool(messages: Message[], toolCallId: string, to: (old: ToolPart) => ToolPart): Message[] {
  const index = messages.findLastIndex((message) =>
    message.parts.some((part) => part.type === 'tool' && part.toolCallId === toolCallId),
  );
  const old = messages[index];
  if (old === undefined) return messages;
  const parts = old.parts.map((part) =>
    part.type === 'tool' && part.toolCallId === toolCallId ? to(part) : part,
  );
  return messages.with(index, { ...old, parts });
}

/** A taken message leaves the queue's end for its place in the conversation, and is complete (P13). */
function take(messages: Message[], ids: string[], turn: number | null): Message[] {
  let result = messages;
  for (const id of ids) {
    const message = result.find((candidate) => candidate.id === id);
    if (message === undefined) continue;
    const { delivery: _taken, ...rest } = message;
    result = insertBeforeQueued(
      result.filter((candidate) => candidate !== message),
      { ...rest, turn, status: 'complete' },
    );
  }
  return result;
}

function insertBeforeQueued(messages: Message[], message: Message): Message[] {
  const at = messages.findIndex((candidate) => candidate.status === 'queued');
  return at < 0 ? [...messages, message] : messages.toSpliced(at, 0, message);
}

function addText(message: Message, type: 'text' | 'reasoning', text: string): Message {
  const last = message.parts.at(-1);
  const parts: Part[] =
    last?.type === type
      ? message.parts.with(-1, { type, text: last.text + text })
      : [...message.parts, { type, text }];
  return { ...message, parts };
}

function addDraft(parts: Part[], toolCallId: string, name: string, text: string): Part[] {
  const index = parts.findIndex((part) => part.type === 'tool' && part.toolCallId === toolCallId);
  const old = parts[index];
  if (old?.type !== 'tool') {
    return [...parts, { type: 'tool', toolCallId, name, arguments: text, state: 'running' }];
  }
  const soFar = typeof old.arguments === 'string' ? old.arguments : '';
  return parts.with(index, { ...old, name: name || old.name, arguments: soFar + text });
}

function putTool(parts: Part[], tool: ToolPart): Part[] {
  const index = parts.findIndex((part) => part.type === 'tool' && part.toolCallId === tool.toolCallId);
  return index < 0 ? [...parts, tool] : parts.with(index, tool);
}
