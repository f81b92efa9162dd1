/** A turn's events as the AI SDK (I3) and AG-UI (I4) have them, read by their own clients. */
import { HttpAgent } from '@ag-ui/client';
import { expect, test } from '@jest/globals';
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { createRun } from '../../../src/api/ag-ui/run-events.ts';
import { createUiStream } from '../../../src/api/ai-sdk/ui-stream.ts';
import { sseData } from '../../../src/api/conversation/stream-answer.ts';
import type { EventBody, LogEvent } from '../../../src/domain/events.ts';

/** One step as it may go: attempts that are void, then one that is stored; it may call a tool. */
interface PlannedStep {
  voided: string[];
  thought: string;
  said: string;
  calls: boolean;
}

const usage = { inputTokens: 1, outputTokens: 2 };

function logOf(steps: PlannedStep[], { pruned = false } = {}): LogEvent[] {
  const bodies: EventBody[] = [{ kind: 'turn.started', messageIds: ['m'] }];
  steps.forEach(({ voided, thought, said, calls }, index) => {
    const step = index + 1;
    const messageId = `answer-${step}`;
    const of = { step, agent: 'main', messageId };
    voided.forEach((text, attempt) => {
      bodies.push({ kind: 'step.started', ...of, attempt: attempt + 1, model: 'x' });
      if (!pruned && text) bodies.push({ kind: 'text.delta', agent: 'main', messageId, text });
      bodies.push({ kind: 'step.superseded', ...of, attempt: attempt + 1 });
    });
    bodies.push({ kind: 'step.started', ...of, attempt: voided.length + 1, model: 'x' });
    if (!pruned) {
      if (thought) bodies.push({ kind: 'reasoning.delta', agent: 'main', messageId, text: thought });
      for (const text of said) bodies.push({ kind: 'text.delta', agent: 'main', messageId, text });
    }
    const toolCallId = `call-${step}`;
    if (calls)
      bodies.push({ kind: 'tool.called', agent: 'main', messageId, toolCallId, name: 'tree', arguments: {} });
    bodies.push({
      kind: 'message.completed',
      message: {
        ...{ id: messageId, turn: 1, role: 'assistant', agent: 'main', status: 'complete', createdAt: '' },
        parts: [
          ...(thought ? [{ type: 'reasoning' as const, text: thought }] : []),
          { type: 'text', text: said },
        ],
      },
    });
    if (calls)
      bodies.push({ kind: 'tool.completed', toolCallId, ok: true, result: 'a.md', files: [], durationMs: 1 });
  });
  bodies.push({ kind: 'turn.completed', outcome: 'done', usage });
  return bodies.map((body, index) => ({ seq: index + 1, turn: 1, at: '2026-11-30T00:00:00Z', ...body }));
}

const steps = fc.array(
  fc.record({
    voided: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
    thought: fc.string({ maxLength: 5 }),
    said: fc.string({ minLength: 1, maxLength: 5 }),
    calls: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

async function asUiMessage(log: LogEvent[]): Promise<UIMessage | undefined> {
  const chunksOf = createUiStream({ workId: 'w', messageId: 'a', linkTo: (path) => path });
  const chunks = log.flatMap(chunksOf) as UIMessageChunk[];
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message;
  return last;
}

/** The conversation that the client has in the end: it checks the order of the events by itself. */
async function asMessages(log: LogEvent[]): Promise<unknown[]> {
  const messages = [{ id: 'm', role: 'user' as const, content: 'hello' }];
  const run = createRun({ threadId: 't', runId: 'r', workId: 'w', messages, linkTo: (path) => path });
  const body = [...run.begin(), ...log.flatMap((event) => run.take(event))].map(sseData).join('');
  const answer = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const agent = new HttpAgent({
    url: 'http://127.0.0.1:1',
    fetch: async () => answer,
    initialMessages: messages,
  });
  await agent.runAgent();
  return agent.messages;
}

const whole = (planned: PlannedStep[]) => planned.map(({ said }) => said);

test('I3: whatever was void, the SDK’s message ends with what is stored, also where what was streamed is gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (planned, pruned) => {
      const { parts = [] } = (await asUiMessage(logOf(planned, { pruned }))) ?? {};
      const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
      expect(texts).toEqual(whole(planned));
      const thoughts = parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : []));
      expect(thoughts).toEqual(planned.flatMap(({ thought }) => (thought ? [thought] : [])));
      expect(parts.filter(({ type }) => type === 'step-start')).toHaveLength(planned.length);
    }),
  );
});

test('I4: whatever was void, AG-UI’s client takes the order, and has the messages that are stored', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (planned, pruned) => {
      const messages = (await asMessages(logOf(planned, { pruned }))) as { role: string; content?: string }[];
      const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
      expect(said).toEqual(whole(planned));
      const results = messages.filter(({ role }) => role === 'tool');
      expect(results).toHaveLength(planned.filter(({ calls }) => calls).length);
    }),
  );
});
