/** One model call by the official `openai` client, for peers that bring no model client of their own. */
// The client's class comes from the peer's own folder: there is none here.
type Client = { chat: { completions: { create(body: object): Promise<AsyncIterable<Chunk>> } } };

interface Chunk {
  choices: { delta: { content?: string | null; tool_calls?: ToolCallPiece[] } }[];
}
interface ToolCallPiece {
  index: number;
  id?: string;
  function?: { name?: string; arguments?: string };
}

export interface Answer {
  role: 'assistant';
  content: string | null;
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
}

/** The one tool of the benchmark: it does nothing. */
export const LOOK = {
  type: 'function',
  function: { name: 'look', description: 'Looks around.', parameters: { type: 'object', properties: {} } },
};

/** Streams an answer; `onText` is awaited for each piece of it. */
export async function answer(
  client: Client,
  messages: object[],
  onText: (text: string) => Promise<void>,
): Promise<Answer> {
  const chunks = await client.chat.completions.create({
    model: 'scripted',
    messages,
    tools: [LOOK],
    stream: true,
  });
  let text = '';
  const calls: NonNullable<Answer['tool_calls']> = [];
  for await (const { choices } of chunks) {
    const delta = choices[0]?.delta;
    if (delta?.content) {
      text += delta.content;
      await onText(delta.content);
    }
    for (const piece of delta?.tool_calls ?? []) {
      calls[piece.index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } };
      const call = calls[piece.index];
      if (call === undefined) continue;
      if (piece.id) call.id = piece.id;
      if (piece.function?.name) call.function.name = piece.function.name;
      call.function.arguments += piece.function?.arguments ?? '';
    }
  }
  return { role: 'assistant', content: text || null, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}
