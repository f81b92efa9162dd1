/**
 * A turn as an answer of OpenAI's Responses API: a message item for each step that says something, one for what was
 * thought, and one for each run of code. Pure: the same events give the same items, ids and sequence numbers, so that
 * whoever comes back with a sequence number goes on behind it.
 */

import type OpenAI from 'openai';
import type { ResponseOutputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { LogEvent } from '../../domain/events.ts';
import { type Message, type ToolArguments, textOf, type Usage } from '../../domain/messages.ts';
import { type AnswerEnding, questionText } from '../conversation/answer-ending.ts';
import { createAnswerText } from '../conversation/answer-text.ts';

type Response = Omit<OpenAI.Responses.Response, 'output_text'>;
/** An event without its number. */
type Unnumbered<E = ResponseStreamEvent> = E extends { sequence_number: number }
  ? Omit<E, 'sequence_number'>
  : never;

export interface ResponseOf {
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  workId: string;
  background: boolean;
  links: (paths: string[]) => string;
}

export interface TurnResponse {
  /**
   * What an event adds.
   * @param resumed to whoever had a part of it: what was streamed and is gone from the log is told as a whole alone
   */
  take(event: LogEvent, resumed?: boolean): ResponseStreamEvent[];
  /** The message was taken back before a turn took it. */
  withdraw(): void;
  /** What stands before all events: that the answer is waited for. */
  begin(): ResponseStreamEvent[];
  /** As it is now. */
  now(): Response;
}

/** Numbers between those of one event of the log and of the next. */
const STRIDE = 16;

export function createTurnResponse(of: ResponseOf): TurnResponse {
  const output: ResponseOutputItem[] = [];
  /** Where an item stands in `output`, by its id. */
  const places = new Map<string, number>();
  const answer = createAnswerText();
  let status: NonNullable<Response['status']> = 'queued';
  /** The log's number before the turn's first event; numbers count from there. */
  let firstSeq: number | undefined;
  let completedAt: number | null = null;

  function now(): Response {
    const { ending } = answer;
    return {
      id: of.id,
      object: 'response',
      created_at: of.created,
      completed_at: completedAt,
      status,
      background: of.background,
      conversation: { id: of.workId },
      error:
        ending?.outcome === 'failed'
          ? { code: 'server_error', message: ending.error?.message ?? 'The turn failed.' }
          : null,
      incomplete_details: null,
      instructions: null,
      metadata: { work: of.workId },
      model: of.model,
      output: structuredClone(output),
      parallel_tool_calls: false,
      previous_response_id: null,
      temperature: null,
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      ...(ending ? { usage: toUsage(ending.usage) } : {}),
    };
  }

  function put(item: ResponseOutputItem & { id: string }): number {
    places.set(item.id, output.push(item) - 1);
    return output.length - 1;
  }

  /** Begins an item where it is not there yet. */
  function begun(item: ResponseOutputItem & { id: string }): Unnumbered[] {
    if (places.has(item.id)) return [];
    const index = put(item);
    return [{ type: 'response.output_item.added', output_index: index, item: structuredClone(item) }];
  }

  function done(id: string): Unnumbered[] {
    const index = places.get(id);
    const item = index === undefined ? undefined : output[index];
    if (index === undefined || item === undefined || !('status' in item) || item.status !== 'in_progress')
      return [];
    item.status = 'completed';
    return [{ type: 'response.output_item.done', output_index: index, item: structuredClone(item) }];
  }

  function say(messageId: string, text: string): Unnumbered[] {
    const id = `msg_${messageId}`;
    const events: Unnumbered[] = [];
    if (!places.has(id)) {
      events.push(...begun({ type: 'message', id, role: 'assistant', status: 'in_progress', content: [] }));
      const part = { type: 'output_text' as const, text: '', annotations: [], logprobs: [] };
      messageAt(id)?.content.push(part);
      events.push({
        type: 'response.content_part.added',
        item_id: id,
        output_index: places.get(id) ?? 0,
        content_index: 0,
        part: structuredClone(part),
      });
    }
    const part = messageAt(id)?.content[0];
    if (part?.type === 'output_text') part.text += text;
    events.push({
      type: 'response.output_text.delta',
      item_id: id,
      output_index: places.get(id) ?? 0,
      content_index: 0,
      delta: text,
      logprobs: [],
    });
    return events;
  }

  function messageAt(id: string) {
    const item = output[places.get(id) ?? -1];
    return item?.type === 'message' ? item : undefined;
  }

  function endMessage(messageId: string, how: 'completed' | 'incomplete'): Unnumbered[] {
    const id = `msg_${messageId}`;
    const item = messageAt(id);
    const part = item?.content[0];
    if (item?.status !== 'in_progress' || part?.type !== 'output_text') return [];
    item.status = how;
    const at = { item_id: id, output_index: places.get(id) ?? 0, content_index: 0 };
    return [
      { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part: structuredClone(part) },
      { type: 'response.output_item.done', output_index: at.output_index, item: structuredClone(item) },
    ];
  }

  function think(messageId: string, text: string): Unnumbered[] {
    const id = `rs_${messageId}`;
    const events = begun({ type: 'reasoning', id, status: 'in_progress', summary: [], content: [] });
    const item = output[places.get(id) ?? -1];
    if (item?.type !== 'reasoning') return events;
    item.content ??= [];
    const first = item.content[0];
    if (first === undefined) item.content.push({ type: 'reasoning_text', text });
    else first.text += text;
    events.push({
      type: 'response.reasoning_text.delta',
      item_id: id,
      output_index: places.get(id) ?? 0,
      content_index: 0,
      delta: text,
    });
    return events;
  }

  function endThinking(messageId: string): Unnumbered[] {
    const id = `rs_${messageId}`;
    const index = places.get(id);
    const item = index === undefined ? undefined : output[index];
    const text = item?.type === 'reasoning' ? item.content?.[0]?.text : undefined;
    if (index === undefined || text === undefined) return [];
    const end = done(id);
    if (end.length === 0) return [];
    return [
      { type: 'response.reasoning_text.done', item_id: id, output_index: index, content_index: 0, text },
      ...end,
    ];
  }

  /** What the deltas of an ended turn, which are gone, did not bring. */
  function complete(message: Message): Unnumbered[] {
    if (message.agent !== 'main') return [];
    const part = messageAt(`msg_${message.id}`)?.content[0];
    const said = part?.type === 'output_text' ? part.text : '';
    const whole = textOf(message);
    const rest = whole.startsWith(said) ? whole.slice(said.length) : '';
    return [
      ...endThinking(message.id),
      ...(rest ? say(message.id, rest) : []),
      ...endMessage(message.id, 'completed'),
    ];
  }

  function run(toolCallId: string, given: ToolArguments): Unnumbered[] {
    const code = typeof given === 'string' ? given : String(given.code ?? '');
    return begun({
      type: 'code_interpreter_call',
      id: `ci_${toolCallId}`,
      container_id: of.workId,
      status: 'in_progress',
      code,
      outputs: null,
    });
  }

  function endRun(toolCallId: string, result: string, ok: boolean): Unnumbered[] {
    const index = places.get(`ci_${toolCallId}`);
    const item = index === undefined ? undefined : output[index];
    if (index === undefined || item?.type !== 'code_interpreter_call') return [];
    item.status = ok ? 'completed' : 'failed';
    item.outputs = [{ type: 'logs', logs: result }];
    return [{ type: 'response.output_item.done', output_index: index, item: structuredClone(item) }];
  }

  function tell(id: string, text: string): Unnumbered[] {
    return text === '' ? [] : [...say(id, text), ...endMessage(id, 'completed')];
  }

  function endAnswer(at: string, ending: AnswerEnding): Unnumbered[] {
    const { outcome } = ending;
    const told = [
      ...tell(`files_${of.id}`, of.links(answer.files()).trimStart()),
      ...(ending.outcome === 'asking' ? tell(`ask_${ending.ask.askId}`, questionText(ending.ask)) : []),
    ];
    for (const item of output)
      if ('status' in item && item.status === 'in_progress') item.status = 'incomplete';
    completedAt = Math.floor(Date.parse(at) / 1000);
    status = STATUSES[outcome];
    return [...told, { type: ENDINGS[outcome], response: now() as OpenAI.Responses.Response }];
  }

  function translate(event: LogEvent): Unnumbered[] {
    if (answer.ending !== undefined) return endAnswer(event.at, answer.ending);
    switch (event.kind) {
      case 'text.delta':
        return event.agent === 'main'
          ? [...endThinking(event.messageId), ...say(event.messageId, event.text)]
          : [];
      case 'reasoning.delta':
        return event.agent === 'main' && event.text ? think(event.messageId, event.text) : [];
      case 'step.superseded':
        return [...endThinking(event.messageId), ...endMessage(event.messageId, 'incomplete')];
      case 'message.completed':
        return complete(event.message);
      case 'tool.called':
        return event.name === 'run_python' ? run(event.toolCallId, event.arguments) : [];
      case 'tool.completed':
        return endRun(event.toolCallId, event.result, event.ok);
      case 'message.withdrawn':
        status = 'cancelled';
        return [{ type: ENDINGS.stopped, response: now() as OpenAI.Responses.Response }];
      default:
        return [];
    }
  }

  const numbered = (events: Unnumbered[], from: number) =>
    events.map((event, index) => ({ ...event, sequence_number: from + index }) as ResponseStreamEvent);

  return {
    now,
    begin: () => numbered([{ type: 'response.created', response: now() as OpenAI.Responses.Response }], 0),
    withdraw() {
      status = 'cancelled';
    },
    take(event, resumed = false) {
      firstSeq ??= event.seq - 1;
      answer.take(event);
      const begins: Unnumbered[] = [];
      if (status === 'queued' && event.kind !== 'message.withdrawn') {
        status = 'in_progress';
        begins.push({ type: 'response.in_progress', response: now() as OpenAI.Responses.Response });
      }
      const made = numbered([...begins, ...translate(event)], (event.seq - firstSeq) * STRIDE);
      const isWhole = resumed && event.kind === 'message.completed';
      return isWhole ? made.filter(({ type }) => type !== 'response.output_text.delta') : made;
    },
  };
}

const STATUSES = { done: 'completed', failed: 'failed', stopped: 'cancelled', asking: 'completed' } as const;
const ENDINGS = {
  done: 'response.completed',
  failed: 'response.failed',
  // A question is an answer that is whole: what is said next goes on from it. Of one that is incomplete a client would
  // take what it says for cut off.
  asking: 'response.completed',
  // There is no word for one that was stopped: its status says that it is cancelled.
  stopped: 'response.incomplete',
} as const;

function toUsage(usage: Usage): NonNullable<Response['usage']> {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, cache_write_tokens: 0 },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
