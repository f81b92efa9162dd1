/** An answer as a vendor streams it: events of chat completions in its habits, or of the Responses API. */
import type { Loose } from './rules.ts';
import type { Habits } from './vendors.ts';

export interface Answer {
  text?: string;
  /** `arguments` is the text as the model writes it. */
  calls?: { name: string; arguments: string }[];
  /** Tokens that the answer is said to have; by default few. */
  tokens?: number;
}

/** An answer with what makes it this server's own. */
export interface OwnAnswer extends Answer {
  number: number;
  reasoning: string;
  signature: string;
}

const USAGE = { prompt_tokens: 120, completion_tokens: 20, total_tokens: 140 };

/** The whole stream, an event an entry, line ends included. */
export function chatEvents(answer: OwnAnswer, habits: Habits, model: string, cut = false): string[] {
  const { calls = [], text = '', number } = answer;
  const chunk = (delta: Loose, more: Loose = {}, choice: Loose = {}) => ({
    id: `chatcmpl-${number}`,
    object: 'chat.completion.chunk',
    created: 1,
    model,
    choices: [{ index: 0, delta, finish_reason: null, ...choice }],
    ...more,
  });
  const chunks: Loose[] = [chunk({ role: 'assistant', content: null })];
  chunks.push(...thoughts(answer, habits).map((delta) => chunk(delta)));
  for (const piece of pieces(text)) {
    chunks.push(chunk({ content: habits.reasoning === 'parts' ? [{ type: 'text', text: piece }] : piece }));
  }
  for (const [index, call] of calls.entries()) {
    chunks.push(...callDeltas(call, index, answer, habits).map((delta) => chunk(delta)));
  }
  const reason = cut ? 'length' : calls.length > 0 && !habits.stopsAfterCalls ? 'tool_calls' : 'stop';
  const end = chunk({}, habits.usageWithReason ? { usage: USAGE } : {}, { finish_reason: reason });
  chunks.push(end);
  if (!habits.usageWithReason) chunks.push({ ...chunk({}), choices: [], usage: USAGE });
  const events = chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`);
  const commented = habits.comments ? events.flatMap((event) => [': PROCESSING\n\n', event]) : events;
  return [...commented, 'data: [DONE]\n\n'];
}

/** How a model's thinking comes before what it says. */
function thoughts({ reasoning, number }: OwnAnswer, { reasoning: where }: Habits): Loose[] {
  switch (where) {
    case undefined:
      return [];
    case 'think':
      return [
        { content: '<think>\n' },
        ...pieces(reasoning).map((content) => ({ content })),
        { content: '\n</think>\n\n' },
      ];
    case 'parts':
      return pieces(reasoning).map((text) => ({
        content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }],
      }));
    case 'details':
      return pieces(reasoning).map((text) => ({
        content: '',
        reasoning: text,
        reasoning_details: [{ type: 'reasoning.text', text, format: `f${number}`, index: 0 }],
      }));
    case 'reasoning':
    case 'reasoning_content':
      break;
  }
  return pieces(reasoning).map((text) => ({ content: null, [where]: text }));
}

function callDeltas(
  { name, arguments: text }: { name: string; arguments: string },
  index: number,
  { number, signature }: OwnAnswer,
  habits: Habits,
): Loose[] {
  const id = `call_${number}_${index}`;
  const extra =
    habits.signatures && index === 0 ? { extra_content: { google: { thought_signature: signature } } } : {};
  if (habits.wholeCalls)
    return [{ tool_calls: [{ id, type: 'function', function: { name, arguments: text }, ...extra }] }];
  return [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' }, ...extra }] },
    ...pieces(text).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

/** The items of an answer, as they come and have to come back. */
export function outputItems({ number, text = '', calls = [], signature }: OwnAnswer): Loose[] {
  return [
    { id: `rs_${number}`, type: 'reasoning', summary: [], encrypted_content: signature },
    ...(text === ''
      ? []
      : [
          {
            id: `msg_${number}`,
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ]),
    ...calls.map((call, index) => ({
      id: `fc_${number}_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: `call_${number}_${index}`,
      ...call,
    })),
  ];
}

/** The same answer as events of the Responses API. */
export function responsesEvents(answer: OwnAnswer, model: string): string[] {
  const items = outputItems(answer);
  const response = {
    id: `resp_${answer.number}`,
    object: 'response',
    model,
    status: 'in_progress',
    output: [],
  };
  const events: Loose[] = [
    { type: 'response.created', response },
    { type: 'response.in_progress', response },
  ];
  for (const [index, item] of items.entries()) {
    const of = { output_index: index, item_id: item.id };
    const begun = {
      ...item,
      ...(item.type === 'function_call' ? { arguments: '' } : {}),
      status: 'in_progress',
    };
    events.push({ type: 'response.output_item.added', output_index: index, item: begun });
    if (item.type === 'message') {
      for (const delta of pieces(answer.text ?? ''))
        events.push({ type: 'response.output_text.delta', ...of, content_index: 0, delta });
    }
    if (item.type === 'function_call') {
      for (const delta of pieces(String(item.arguments)))
        events.push({ type: 'response.function_call_arguments.delta', ...of, delta });
      events.push({ type: 'response.function_call_arguments.done', ...of, arguments: item.arguments });
    }
    events.push({ type: 'response.output_item.done', output_index: index, item });
  }
  const usage = {
    input_tokens: 120,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 8 },
    total_tokens: 140,
  };
  events.push({
    type: 'response.completed',
    response: { ...response, status: 'completed', output: items, usage },
  });
  return events.map(
    (event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`,
  );
}

/** A text in pieces, never through a surrogate pair: of a few characters, or of many where it is long. */
function pieces(text: string): string[] {
  return text.match(text.length > 1_000 ? /.{1,2000}/gsu : /.{1,7}/gsu) ?? [];
}
