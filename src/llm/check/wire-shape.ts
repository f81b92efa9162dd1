/**
 * The shape of what goes over the wire, for a bug report: fields, numbers and the API's own words as they are; of every
 * other text no more than its kind and length.
 */
import type { WireEvent } from '../connection.ts';

/** Words of the APIs themselves: they say nothing of anybody. */
const OF_THE_API = new Set([
  ...[
    'system',
    'developer',
    'user',
    'assistant',
    'tool',
    'function',
    'text',
    'input_text',
    'output_text',
    'message',
  ],
  ...[
    'reasoning',
    'function_call',
    'function_call_output',
    'object',
    'string',
    'number',
    'integer',
    'boolean',
    'array',
  ],
  ...[
    'stop',
    'length',
    'tool_calls',
    'content_filter',
    'end_turn',
    'eos',
    'completed',
    'in_progress',
    'incomplete',
  ],
  ...[
    'chat.completion',
    'chat.completion.chunk',
    'response',
    'error',
    'ephemeral',
    'reasoning.encrypted_content',
  ],
  ...[
    'thinking',
    'reasoning.text',
    'reasoning.summary',
    'reasoning.encrypted',
    'invalid_request_error',
    'auto',
    '[DONE]',
  ],
]);
/** A type of an event of the Responses API. */
const EVENT = /^response\.[a-z_.]{1,60}$/;

/** A value with its texts replaced by `kind length`. Names of fields stay, but where they are a person's own. */
export function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return shapeOfText(value);
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [
      /^[\w.-]{1,64}$/.test(name) ? name : shapeOfText(name),
      shapeOf(inside),
    ]),
  );
}

function shapeOfText(text: string): string {
  if (OF_THE_API.has(text) || EVENT.test(text)) return text;
  return `<${kindOf(text)} ${text.length}>`;
}

function kindOf(text: string): string {
  if (text === '') return 'empty';
  if (text.trim() === '') return 'white space';
  if (/^\d+$/.test(text)) return 'digits';
  if (/^[\w-]+$/.test(text)) return /^[a-z]+$/i.test(text) ? 'word' : 'name';
  if (isJson(text)) return 'JSON';
  if (/^[\w+/=-]{40,}$/.test(text)) return 'base64';
  return /^[\x20-\x7e\s]*$/.test(text) ? 'text' : 'text beyond ASCII';
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false; // Some other text.
  }
}

/** Takes what goes over the wire; gives a line of JSON for each request, answer and event of a stream. */
export function createWireRecorder(write: (line: string) => void): (event: WireEvent) => void {
  const began = performance.now();
  let pending = '';
  let decoder = new TextDecoder();
  const line = (of: object) => write(JSON.stringify({ ms: Math.round(performance.now() - began), ...of }));

  /** Whole lines of a stream; at its end, the rest. */
  function lines(isOver: boolean): void {
    const parts = pending.split(/\r?\n/);
    pending = isOver ? '' : (parts.pop() ?? '');
    for (const part of parts) if (part.trim() !== '') line({ got: shapeOfLine(part) });
  }

  return (event) => {
    switch (event.kind) {
      case 'request':
        line({ sent: shapeOf(JSON.parse(event.body)), to: event.path.split('/').slice(-2).join('/') });
        break;
      case 'answer':
        pending = '';
        decoder = new TextDecoder();
        line({ status: event.status, contentType: event.contentType.split(';')[0] });
        break;
      case 'bytes':
        pending += decoder.decode(event.bytes, { stream: true });
        lines(false);
        break;
      case 'end':
        lines(true);
    }
  };
}

/** A line of a stream by its field; of a whole body, its JSON. */
function shapeOfLine(text: string): unknown {
  const field = /^(data|event|id|retry|): ?(.*)$/s.exec(text);
  const [, name = '', value = text] = field ?? [];
  const prefix = field === null ? '' : `${name || 'comment'}: `;
  try {
    const parsed: unknown = JSON.parse(value);
    return prefix === '' || prefix === 'data: ' ? shapeOf(parsed) : `${prefix}${shapeOfText(value)}`;
  } catch {
    return `${prefix}${shapeOfText(value)}`; // No JSON: a comment, an event's name, a web page.
  }
}
