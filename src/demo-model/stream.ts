/** Writes a streamed reply as an OpenAI chat completion stream, faults included. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step, StreamReply } from './reply.ts';

export interface StreamContext {
  id: string;
  model: string;
  includeUsage: boolean;
  /** A rough count of the prompt's tokens, for a reply without usage of its own. */
  inputTokens: number;
  /** Aborted when the client closes the socket. */
  signal: AbortSignal;
  onWritten: (bytes: number) => void;
  /** Breaks the connection, after what was written. */
  cut: () => void;
}

/** Resolves when the reply has been written, or the client has gone. */
export async function writeStream(
  response: ServerResponse,
  reply: StreamReply,
  context: StreamContext,
): Promise<void> {
  const { signal } = context;
  const write = byteWriter(response, reply, context);
  const event = (data: string) => write(`data: ${data}${reply.newline ?? '\n'}${reply.newline ?? '\n'}`);
  const chunk = (choices: unknown[], more = {}) =>
    event(
      JSON.stringify({
        id: context.id,
        object: 'chat.completion.chunk',
        created: 0,
        model: context.model,
        choices,
        ...more,
      }),
    );
  const delta = (content: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: content, finish_reason: finish }]);

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  if (reply.finish !== null) delta({ role: 'assistant', content: '' });

  const began = performance.now();
  let tokens = 0;
  let hasCall = false;
  for await (const step of untilAborted(reply.steps, signal)) {
    if (isToken(step)) {
      // By the stream's beginning, not the token before: late timers do not add up, the rate holds.
      const due = began + tokens * (reply.paceMs ?? 0);
      tokens += 1;
      if (reply.paceMs !== undefined && !(await pause(due - performance.now(), signal))) return;
    }
    switch (step.type) {
      case 'text':
        delta({ content: step.text });
        break;
      case 'reasoning':
        delta({ reasoning_content: step.text });
        break;
      case 'tool':
        hasCall = true;
        delta({ tool_calls: [toolPiece(step)] });
        break;
      case 'chunk':
        event(JSON.stringify(step.chunk));
        break;
      case 'raw':
        write(step.bytes);
        break;
      case 'pause':
        if (!(await pause(step.ms, signal))) return;
        break;
      case 'stall':
        return;
      case 'cut':
        context.cut();
        return;
    }
  }
  if (signal.aborted) return;
  if (reply.finish !== null) delta({}, reply.finish ?? (hasCall ? 'tool_calls' : 'stop'));
  if (context.includeUsage && reply.usage !== null) {
    const counted = reply.usage ?? { input: context.inputTokens, output: tokens };
    const { input, output, cached, written, thought } = counted;
    const usage = {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      ...(cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
      ...(written === undefined ? {} : { cache_creation_input_tokens: written }),
      ...(thought === undefined ? {} : { completion_tokens_details: { reasoning_tokens: thought } }),
    };
    chunk([], { usage });
  }
  if (reply.done !== false) event('[DONE]');
  if (reply.end !== false) response.end();
}

/** Writes text or bytes by the reply's rules: dripping, or cut at a byte. */
function byteWriter(response: ServerResponse, reply: StreamReply, { onWritten, cut }: StreamContext) {
  let left = reply.cutAtByte ?? Number.POSITIVE_INFINITY;
  return (data: string | Uint8Array): void => {
    if (response.destroyed || left <= 0) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const part = bytes.subarray(0, Math.min(bytes.length, left));
    left -= part.length;
    onWritten(part.length);
    if (reply.drip === true) for (const byte of part) response.write(Uint8Array.of(byte));
    else if (part.length > 0) response.write(part);
    if (left <= 0) cut();
  };
}

function toolPiece(step: Step & { type: 'tool' }): object {
  return {
    ...(step.index === undefined ? {} : { index: step.index }),
    ...(step.id === undefined ? {} : { id: step.id, type: 'function' }),
    function: {
      ...(step.name === undefined ? {} : { name: step.name }),
      ...(step.arguments === undefined ? {} : { arguments: step.arguments }),
    },
  };
}

function isToken(step: Step): boolean {
  return step.type === 'text' || step.type === 'reasoning' || step.type === 'tool';
}

const SHORT_MS = 100;

/** An aborted sleep is how the client's going is noticed; the caller looks at the signal. */
function ignoreAbort(): void {}

/** Waits; false when the client has gone meanwhile. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (ms > 0 && !signal.aborted) {
    // The pace between tokens is not worth a listener on the signal each time.
    if (ms < SHORT_MS) await sleep(ms);
    else await sleep(ms, undefined, { signal }).catch(ignoreAbort);
  }
  return !signal.aborted;
}

/** The steps, until they end or the client goes, even while a generator awaits a gate. */
async function* untilAborted(
  steps: Iterable<Step> | AsyncIterable<Step>,
  signal: AbortSignal,
): AsyncGenerator<Step> {
  if (!(Symbol.asyncIterator in steps)) {
    for (const step of steps) {
      if (signal.aborted) return;
      yield step;
    }
    return;
  }
  const gone = new Promise<IteratorResult<Step>>((resolve) => {
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true });
  });
  const iterator = steps[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), gone]);
    if (next.done === true || signal.aborted) return;
    yield next.value;
  }
}
