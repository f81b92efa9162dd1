/** What the tests of the model handler share: a request to a scripted server, and its deltas. */
import { createServer } from 'node:net';
import type { Reply, Script } from '../../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../../src/demo-model/server.ts';
import { ModelError } from '../../../src/llm/errors.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import type { ChatMessage, ModelAnswer, ModelDelta, ModelRequest } from '../../../src/llm/types.ts';

/** A message of a person. */
export function said(text: string): ChatMessage {
  return { role: 'user', parts: [{ type: 'said', text }] };
}

export function modelRequest(baseUrl: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    endpoint: { baseUrl, apiKey: 'key', model: 'demo', contextWindow: 8000 },
    messages: [said('hello')],
    tools: [],
    signal: new AbortController().signal,
    timeouts: { firstTokenMs: 20_000, stallMs: 20_000 },
    ...more,
  };
}

/** Runs `use` against a server with this script. */
export async function withModel<T>(
  script: Reply | Script,
  use: (model: ScriptedModel) => Promise<T>,
): Promise<T> {
  const model = await startScriptedModel({ script: typeof script === 'function' ? script : () => script });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

export interface Outcome {
  deltas: ModelDelta[];
  answer?: ModelAnswer;
  error?: ModelError;
  calls: number;
}

/** One call to a scripted server, whatever comes of it. */
export function callOnce(script: Reply | Script, more: Partial<ModelRequest> = {}): Promise<Outcome> {
  return withModel(script, async (model) => {
    const deltas: ModelDelta[] = [];
    try {
      const answer = await streamAnswer(modelRequest(model.url, more), (delta) => deltas.push(delta));
      return { deltas, answer, calls: model.count() };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { deltas, error, calls: model.count() };
    }
  });
}

/** The pieces of one kind, in order. */
export function piecesOf(deltas: ModelDelta[], type: ModelDelta['type']): string[] {
  return deltas.filter((delta) => delta.type === type).map((delta) => delta.text);
}

/** A port on 127.0.0.1 on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
