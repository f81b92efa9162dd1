/** Puts the events of a streamed Responses API answer together (M9). */
import { safeToolName } from '../safe-tool-name.ts';
import type { ModelDelta, ReportedUsage } from '../types.ts';
import { type AnswerAssembly, type AnswerSoFar, isObject, type Loose, textOr } from './assembly.ts';
import { readUsage } from './usage.ts';

/** Items that go back; what else comes (searches of the vendor's own, for instance) is not ours to repeat. */
const RETURNED = new Set(['reasoning', 'message', 'function_call']);

interface Call {
  at: number;
  name: string;
  arguments: string;
}

export function createResponsesAnswer(): AnswerAssembly {
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let usage: ReportedUsage | undefined;
  const calls: Call[] = [];
  const callOf = new Map<string, Call>();
  let items: Loose[] = [];

  function take(event: unknown): ModelDelta[] {
    if (!isObject(event)) return [];
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return say('text', textOr(event.delta));
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return say('reasoning', textOr(event.delta));
      case 'response.output_item.added':
        return isObject(event.item) && event.item.type === 'function_call' ? [begin(event.item, event)] : [];
      case 'response.function_call_arguments.delta': {
        const call = find(event);
        return call === undefined ? [] : [goOn(call, textOr(event.delta))];
      }
      case 'response.output_item.done':
        return isObject(event.item) ? done(event.item, event) : [];
      case 'response.completed':
      case 'response.incomplete':
        return end(event.response);
    }
    // A vendor that ignores `stream: true` answers with the whole response.
    return event.object === 'response' ? whole(event) : [];
  }

  function say(type: 'text' | 'reasoning', piece: string): ModelDelta[] {
    if (type === 'text') text += piece;
    else reasoning += piece;
    return piece === '' ? [] : [{ type, text: piece }];
  }

  function keyOf(of: Loose): string {
    return String(of.output_index ?? of.item_id);
  }

  function find(event: Loose): Call | undefined {
    return callOf.get(keyOf(event)) ?? callOf.get(textOr(event.item_id));
  }

  function begin(item: Loose, event: Loose): ModelDelta {
    const call = { at: calls.length, name: textOr(item.name), arguments: '' };
    calls.push(call);
    callOf.set(keyOf(event), call);
    if (typeof item.id === 'string') callOf.set(item.id, call);
    return { ...goOn(call, textOr(item.arguments)), name: safeToolName(call.name) };
  }

  function goOn(call: Call, piece: string): Extract<ModelDelta, { type: 'tool' }> {
    call.arguments += piece;
    return { type: 'tool', index: call.at, text: piece };
  }

  /** A whole item: what its deltas have not said is said now. */
  function done(item: Loose, event: Loose): ModelDelta[] {
    if (RETURNED.has(textOr(item.type))) items.push(item);
    if (item.type !== 'function_call') return [];
    const known = find(event) ?? callOf.get(textOr(item.id));
    if (known === undefined) return [begin(item, event)];
    const all = textOr(item.arguments);
    if (all.length <= known.arguments.length || !all.startsWith(known.arguments)) return [];
    return [goOn(known, all.slice(known.arguments.length))];
  }

  function end(response: unknown): ModelDelta[] {
    if (!isObject(response)) return [];
    usage = readUsage(response.usage) ?? usage;
    const details = isObject(response.incomplete_details) ? response.incomplete_details : {};
    finish = textOr(details.reason, textOr(response.status, 'completed'));
    return items.length === 0 && text === '' && calls.length === 0 ? whole(response) : [];
  }

  function whole(response: Loose): ModelDelta[] {
    const output = (Array.isArray(response.output) ? response.output : []).filter(isObject);
    items = output.filter((item) => RETURNED.has(textOr(item.type)));
    const deltas = output.flatMap((item, index): ModelDelta[] => {
      if (item.type === 'function_call') return [begin(item, { output_index: index })];
      const parts = (Array.isArray(item.content) ? item.content : []).filter(isObject);
      const said = parts.map((part) => textOr(part.text, textOr(part.refusal))).join('');
      return item.type === 'message' ? say('text', said) : [];
    });
    usage = readUsage(response.usage) ?? usage;
    finish ??= textOr(response.status, 'completed');
    return deltas;
  }

  function soFar(): AnswerSoFar {
    return {
      text,
      reasoning,
      toolCalls: calls.map((call) => ({ name: safeToolName(call.name), arguments: call.arguments || '{}' })),
      ...(finish === undefined ? {} : { finishReason: finish }),
      ...(usage === undefined ? {} : { usage }),
      ...(items.length === 0 ? {} : { returned: { output: items } }),
    };
  }

  return {
    take,
    flush: () => [],
    isFinished: () => finish !== undefined,
    isOver: () => finish !== undefined,
    isBusy: () => calls.length > 0 || text === '',
    isCalling: () => calls.length > 0,
    soFar,
  };
}
