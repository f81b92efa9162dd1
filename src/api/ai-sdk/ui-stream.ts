/** A turn as chunks of the AI SDK's UI message stream, version 1 (I3). Pure. */
import type { Ask } from '../../domain/asks.ts';
import type { LogEvent } from '../../domain/events.ts';
import type { FileChange, Usage } from '../../domain/messages.ts';
import type { AnswerEnding } from '../conversation/answer-ending.ts';
import { type AnswerMove, createAnswerMoves } from '../conversation/answer-moves.ts';

/** What the answers' header says of the stream. */
export const UI_STREAM_HEADER = ['x-vercel-ai-ui-message-stream', 'v1'] as const;

/** The chunks that we send, as the SDK's page names them. */
export type UiChunk =
  | { type: 'start'; messageId: string; messageMetadata: { work: string } }
  | { type: 'start-step' | 'finish-step' | 'reset-step' }
  | { type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'; id: string }
  | { type: 'text-delta' | 'reasoning-delta'; id: string; delta: string }
  | ({ type: 'tool-input-start'; toolCallId: string; toolName: string } & ToolOfServer)
  | { type: 'tool-input-delta'; toolCallId: string; inputTextDelta: string }
  | ({ type: 'tool-input-available'; toolCallId: string; toolName: string; input: unknown } & ToolOfServer)
  | ({ type: 'tool-output-available'; toolCallId: string; output: unknown } & ToolOfServer)
  | ({ type: 'tool-output-error'; toolCallId: string; errorText: string } & ToolOfServer)
  | { type: 'data-file'; id: string; data: FileChange & { url: string } }
  /** A question; what the user says next answers it. */
  | { type: 'data-ask'; id: string; data: Ask }
  | { type: 'data-wait'; data: { reason: string; inMs: number }; transient: true }
  | { type: 'finish'; finishReason: 'stop' | 'error'; messageMetadata: { usage: Usage } }
  | { type: 'abort'; reason: string }
  | { type: 'error'; errorText: string };

/** Its tools are ours, and none that the client has declared. */
interface ToolOfServer {
  dynamic: true;
  providerExecuted: true;
}
const OURS: ToolOfServer = { dynamic: true, providerExecuted: true };

export interface UiStreamOf {
  workId: string;
  /** Of the answer: the same whenever it is asked for. */
  messageId: string;
  /** Where a key opens a file of the Work. */
  linkTo: (path: string) => string;
}

/** Gives what makes chunks of the turn's events; the first call's begin with `start`. */
export function createUiStream(of: UiStreamOf): (event: LogEvent) => UiChunk[] {
  const movesOf = createAnswerMoves();
  let begun = false;
  let inStep = false;
  /** Calls whose input has begun to come. */
  const drafted = new Set<string>();

  function endStep(): UiChunk[] {
    if (!inStep) return [];
    inStep = false;
    return [{ type: 'finish-step' }];
  }

  function chunksOf(move: AnswerMove): UiChunk[] {
    switch (move.type) {
      case 'step': {
        const ended = endStep();
        inStep = true;
        return [...ended, { type: 'start-step' }];
      }
      case 'void':
        drafted.clear();
        return [{ type: 'reset-step' }];
      case 'start':
      case 'end':
        return [{ type: `${move.what}-${move.type}`, id: move.messageId }];
      case 'piece':
        return [{ type: `${move.what}-delta`, id: move.messageId, delta: move.text }];
      case 'draft': {
        const { callId: toolCallId, name, text } = move;
        const chunks: UiChunk[] = [];
        if (!drafted.has(toolCallId)) {
          if (name === undefined) return [];
          drafted.add(toolCallId);
          chunks.push({ type: 'tool-input-start', toolCallId, toolName: name, ...OURS });
        }
        return text === ''
          ? chunks
          : [...chunks, { type: 'tool-input-delta', toolCallId, inputTextDelta: text }];
      }
      case 'call': {
        const { callId: toolCallId, name: toolName, arguments: input } = move;
        return [{ type: 'tool-input-available', toolCallId, toolName, input, ...OURS }];
      }
      case 'result': {
        const { callId: toolCallId, ok, result, files } = move;
        const outcome: UiChunk = ok
          ? { type: 'tool-output-available', toolCallId, output: result, ...OURS }
          : { type: 'tool-output-error', toolCallId, errorText: result, ...OURS };
        return [outcome, ...files.map(fileChunk)];
      }
      case 'wait':
        return [{ type: 'data-wait', data: { reason: move.reason, inMs: move.inMs }, transient: true }];
      case 'withdrawn':
        return [{ type: 'abort', reason: 'The message was taken back before it was answered.' }];
      case 'ended':
        return [...endStep(), ...endingChunks(move.ending)];
    }
  }

  function fileChunk(file: FileChange): UiChunk {
    return { type: 'data-file', id: file.path, data: { ...file, url: of.linkTo(file.path) } };
  }

  return (event) => {
    const chunks = movesOf(event).flatMap(chunksOf);
    if (begun || chunks.length === 0) return chunks;
    begun = true;
    const { messageId, workId } = of;
    return [{ type: 'start', messageId, messageMetadata: { work: workId } }, ...chunks];
  };
}

function endingChunks(ending: AnswerEnding): UiChunk[] {
  const messageMetadata = { usage: ending.usage };
  switch (ending.outcome) {
    case 'asking':
      return [
        { type: 'data-ask', id: ending.ask.askId, data: ending.ask },
        { type: 'finish', finishReason: 'stop', messageMetadata },
      ];
    case 'done':
      return [{ type: 'finish', finishReason: 'stop', messageMetadata }];
    case 'stopped':
      return [{ type: 'abort', reason: 'The turn was stopped.' }];
    case 'failed':
      return [
        { type: 'error', errorText: ending.error?.message ?? 'The turn failed.' },
        { type: 'finish', finishReason: 'error', messageMetadata },
      ];
  }
}
