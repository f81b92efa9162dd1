/** A turn as the events of a run of AG-UI, version 1.0 (I4). Pure. */
import type { LogEvent } from '../../domain/events.ts';
import type { FileChange, Usage } from '../../domain/messages.ts';
import { type AnswerMove, createAnswerMoves } from '../conversation/answer-moves.ts';
import { outcomeOf, type RunOutcome } from './run-outcome.ts';

export const AG_UI_VERSION = '1.0';

/** What a client's conversation is made of; what it sent is given back as it was. */
type KeptMessage =
  | { id: string; role: 'assistant'; content?: string; toolCalls?: ToolCall[]; subagentRunId?: string }
  | { id: string; role: 'reasoning'; content: string }
  | { id: string; role: 'tool'; toolCallId: string; content: string; subagentRunId?: string }
  | { id: string; role: string };

interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** Said of what a code agent does. */
interface OfSubagent {
  subagentRunId?: string;
}

/** The events that we send, in the words of AG-UI's page. */
export type RunEvent =
  | { type: 'RUN_STARTED'; threadId: string; runId: string; protocolVersion: string }
  | { type: 'RUN_FINISHED'; threadId: string; runId: string; outcome: RunOutcome; usage?: object[] }
  | { type: 'RUN_ERROR'; message: string; code?: string; usage?: object[] }
  | { type: 'STEP_STARTED' | 'STEP_FINISHED'; stepName: string }
  | { type: 'TEXT_MESSAGE_START'; messageId: string; role: 'assistant' }
  | { type: 'TEXT_MESSAGE_CONTENT' | 'REASONING_MESSAGE_CONTENT'; messageId: string; delta: string }
  | { type: 'REASONING_MESSAGE_START'; messageId: string; role: 'reasoning' }
  | {
      type: 'TEXT_MESSAGE_END' | 'REASONING_START' | 'REASONING_MESSAGE_END' | 'REASONING_END';
      messageId: string;
    }
  | ({
      type: 'TOOL_CALL_START';
      toolCallId: string;
      toolCallName: string;
      parentMessageId: string;
    } & OfSubagent)
  | ({ type: 'TOOL_CALL_ARGS'; toolCallId: string; delta: string } & OfSubagent)
  | ({ type: 'TOOL_CALL_END'; toolCallId: string } & OfSubagent)
  | ({
      type: 'TOOL_CALL_RESULT';
      messageId: string;
      toolCallId: string;
      content: string;
      role: 'tool';
    } & OfSubagent)
  | { type: 'SUBAGENT_STARTED'; subagentRunId: string; name: string; parentToolCallId: string }
  | { type: 'SUBAGENT_FINISHED'; subagentRunId: string }
  | { type: 'MESSAGES_SNAPSHOT'; messages: KeptMessage[] }
  | { type: 'CUSTOM'; name: string; value: unknown };

export interface RunOf {
  threadId: string;
  runId: string;
  workId: string;
  /** What the client has of the conversation. */
  messages: readonly { id: string; role: string }[];
  linkTo: (path: string) => string;
}

export interface Run {
  /** What stands before all else. */
  begin(): RunEvent[];
  take(event: LogEvent): RunEvent[];
}

export function createRun(of: RunOf): Run {
  const movesOf = createAnswerMoves();
  /** The conversation as the client has it by now: for when a part of it is void, which no event takes back. */
  let kept: KeptMessage[] = [...of.messages];
  /** How many of these there were as the step began. */
  let beforeStep = kept.length;
  let stepName: string | undefined;
  /** Calls that the client has: one that was open as a run ended with a question is not made again by the next. */
  const known = new Set(kept.flatMap((message) => callsOf(message)));
  /** Code agents at work, by the call that each serves. */
  const agents = new Set<string>();
  /** Calls of code agents, with whose each is. */
  const callsOfAgents = new Map<string, string>();

  const { threadId, runId } = of;

  function endStep(): RunEvent[] {
    if (stepName === undefined) return [];
    const ended: RunEvent = { type: 'STEP_FINISHED', stepName };
    stepName = undefined;
    return [ended];
  }

  function endAgents(which: Iterable<string>): RunEvent[] {
    return [...which].flatMap((subagentRunId): RunEvent[] =>
      agents.delete(subagentRunId) ? [{ type: 'SUBAGENT_FINISHED', subagentRunId }] : [],
    );
  }

  function keep(message: KeptMessage): void {
    kept = [...kept, message];
  }

  function said(move: AnswerMove & { type: 'start' | 'piece' | 'end' }): RunEvent[] {
    const isText = move.what === 'text';
    const messageId = isText ? move.messageId : `reasoning-${move.messageId}`;
    if (move.type === 'piece') {
      const last = kept.at(-1);
      if (last && 'content' in last && last.id === messageId)
        kept = [...kept.slice(0, -1), { ...last, content: last.content + move.text } as KeptMessage];
      const type = isText ? 'TEXT_MESSAGE_CONTENT' : 'REASONING_MESSAGE_CONTENT';
      return [{ type, messageId, delta: move.text }];
    }
    if (move.type === 'start') {
      keep({ id: messageId, role: isText ? 'assistant' : 'reasoning', content: '' });
      return isText
        ? [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }]
        : [
            { type: 'REASONING_START', messageId },
            { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
          ];
    }
    return isText
      ? [{ type: 'TEXT_MESSAGE_END', messageId }]
      : [
          { type: 'REASONING_MESSAGE_END', messageId },
          { type: 'REASONING_END', messageId },
        ];
  }

  function called(move: AnswerMove & { type: 'call' }): RunEvent[] {
    const { callId: toolCallId, name: toolCallName, agent, messageId: parentMessageId } = move;
    const events: RunEvent[] = [];
    const isKnown = known.has(toolCallId);
    const by: OfSubagent = agent === 'main' ? {} : { subagentRunId: agent };
    if (agent !== 'main') {
      callsOfAgents.set(toolCallId, agent);
      if (!agents.has(agent)) {
        agents.add(agent);
        events.push({
          type: 'SUBAGENT_STARTED',
          subagentRunId: agent,
          name: 'code_agent',
          parentToolCallId: agent,
        });
      }
    }
    if (isKnown) return events;
    const delta = typeof move.arguments === 'string' ? move.arguments : JSON.stringify(move.arguments);
    const call: ToolCall = {
      id: toolCallId,
      type: 'function',
      function: { name: toolCallName, arguments: delta },
    };
    const parent = kept.findIndex(({ id, role }) => id === parentMessageId && role === 'assistant');
    if (parent < 0) keep({ id: parentMessageId, role: 'assistant', toolCalls: [call], ...by });
    else
      kept = kept.map((message, index) =>
        index === parent
          ? { ...message, toolCalls: [...('toolCalls' in message ? (message.toolCalls ?? []) : []), call] }
          : message,
      );
    return [
      ...events,
      { type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId, ...by },
      { type: 'TOOL_CALL_ARGS', toolCallId, delta, ...by },
      { type: 'TOOL_CALL_END', toolCallId, ...by },
    ];
  }

  function cameOut({ callId: toolCallId, result, files }: AnswerMove & { type: 'result' }): RunEvent[] {
    const agent = callsOfAgents.get(toolCallId);
    const by: OfSubagent = agent === undefined ? {} : { subagentRunId: agent };
    const message = { toolCallId, content: result, role: 'tool' as const, ...by };
    const messageId = `result-${toolCallId}`;
    keep({ id: messageId, ...message });
    return [
      ...endAgents([toolCallId]),
      { type: 'TOOL_CALL_RESULT', messageId, ...message },
      ...files.map((file): RunEvent => ({ type: 'CUSTOM', name: 'paperagent.file', value: shown(file) })),
    ];
  }

  function shown(file: FileChange) {
    return { ...file, url: of.linkTo(file.path) };
  }

  function eventsOf(move: AnswerMove): RunEvent[] {
    switch (move.type) {
      case 'step': {
        const ended = endStep();
        stepName = `step ${move.step}`;
        beforeStep = kept.length;
        return [...ended, { type: 'STEP_STARTED', stepName }];
      }
      case 'void':
        if (kept.length === beforeStep) return [];
        kept = kept.slice(0, beforeStep);
        return [{ type: 'MESSAGES_SNAPSHOT', messages: kept }];
      case 'start':
      case 'piece':
      case 'end':
        return said(move);
      // A draft may be void, and a call cannot be taken back.
      case 'draft':
        return [];
      case 'call':
        return called(move);
      case 'result':
        return cameOut(move);
      case 'wait':
        return [{ type: 'CUSTOM', name: 'paperagent.wait', value: { reason: move.reason, inMs: move.inMs } }];
      case 'withdrawn':
        return [{ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'cancelled' } }];
      case 'ended': {
        const { ending } = move;
        const closing = [...endAgents([...agents]), ...endStep()];
        const used = { usage: [toUsage(ending.usage)] };
        if (ending.outcome === 'failed') {
          const { code, message } = ending.error ?? { code: 'internal', message: 'The turn failed.' };
          return [...closing, { type: 'RUN_ERROR', message, code, ...used }];
        }
        return [...closing, { type: 'RUN_FINISHED', threadId, runId, outcome: outcomeOf(ending), ...used }];
      }
    }
  }

  return {
    begin: () => [
      { type: 'RUN_STARTED', threadId, runId, protocolVersion: AG_UI_VERSION },
      { type: 'CUSTOM', name: 'paperagent.work', value: { id: of.workId } },
    ],
    take: (event) => movesOf(event).flatMap(eventsOf),
  };
}

/** The ids of the calls that a message of the client has. */
function callsOf(message: KeptMessage): string[] {
  const calls: unknown = 'toolCalls' in message ? message.toolCalls : undefined;
  return Array.isArray(calls) ? calls.flatMap((call) => (typeof call?.id === 'string' ? [call.id] : [])) : [];
}

function toUsage({ inputTokens, outputTokens, cachedTokens, reasoningTokens }: Usage): object {
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedInputTokens: cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}
