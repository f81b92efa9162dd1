/**
 * A conversation as the system has it, without its database: messages become requests by the functions that the
 * worker calls, go through the whole model handler to a strict server, and come back as messages.
 */
import { randomUUID } from 'node:crypto';
import { answerParts } from '../../../src/activities/answer-parts.ts';
import { wholeRequest } from '../../../src/activities/context/answer-in-window.ts';
import { toBlocks, without } from '../../../src/activities/context/blocks.ts';
import { summaryRequest } from '../../../src/activities/context/summary-request.ts';
import { mainSystemPrompt } from '../../../src/agents/prompts.ts';
import { codeTools, mainTools } from '../../../src/agents/tool-definitions.ts';
import type { ContextMessage, StoredSummary } from '../../../src/db/summaries.ts';
import { type Part, STOPPED_CALL } from '../../../src/domain/messages.ts';
import type { ModelConnection } from '../../../src/llm/connection.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { loadTokenCounter } from '../../../src/llm/tokens.ts';
import type { ModelAnswer, ModelEndpoint } from '../../../src/llm/types.ts';
import type { Answer } from './events.ts';
import type { RunningServer } from './server.ts';

export interface Talk {
  /** A person says something, in a new turn, or in the running one where it steers. */
  says(text: string, how?: { steer?: boolean; attachments?: string[] }): void;
  /** The next step; the server answers with this. */
  asks(answer: Answer): Promise<ModelAnswer>;
  /** The calls of the last answer end with these results. */
  results(...texts: string[]): void;
  /** The person stops the turn while the last answer's calls run, or (with a text) while it is written. */
  stops(written?: string): void;
  /** What another model had answered before this one was chosen: a call and its result. */
  answeredElsewhere(call: { name: string; arguments: Record<string, unknown> }): void;
  /** The person has the last turn made again in other words. */
  reruns(text: string): void;
  /** Older turns are compacted by the same model. */
  compacts(): Promise<ModelAnswer>;
}

export interface TalkOptions {
  server: RunningServer;
  endpoint: ModelEndpoint;
  connection: ModelConnection;
  /** A code agent's conversation begins with its task. */
  task?: string;
}

export function startTalk({ server, endpoint, connection, task }: TalkOptions): Talk {
  let messages: ContextMessage[] = [];
  let summary: StoredSummary | undefined;
  let turn = task === undefined ? 0 : 1;
  const agent = randomUUID();
  const openings = new Map([[1, 'Files in the workspace:\npaper.md (1 KB)']]);

  function add(
    role: 'user' | 'assistant',
    parts: Part[],
    more: Partial<ContextMessage> = {},
  ): ContextMessage {
    const message: ContextMessage = {
      ...{ id: randomUUID(), turn, role, status: 'complete', createdAt: '2026-01-01T00:00:00.000Z' },
      parts,
      ...more,
    };
    messages.push(message);
    return message;
  }

  function blocks() {
    return toBlocks(messages, openings, task === undefined ? undefined : { agent, text: task, turn: 1 });
  }

  function tools(message: ContextMessage | undefined) {
    return (message?.parts ?? []).filter((part) => part.type === 'tool');
  }

  const call = (request: Parameters<typeof streamAnswer>[0]) => streamAnswer(request, () => {}, connection);
  const common = {
    endpoint,
    signal: new AbortController().signal,
    timeouts: { firstTokenMs: 20_000, stallMs: 20_000 },
  };

  return {
    says(text, { steer = false, attachments = [] } = {}) {
      if (!steer) turn += 1;
      if (!openings.has(turn)) openings.set(turn, `Files in the workspace:\npaper.md (${turn} KB)`);
      add('user', [{ type: 'text', text }], attachments.length === 0 ? {} : { attachments });
    },
    async asks(answer) {
      server.answer = () => answer;
      const given = await call({
        ...common,
        messages: wholeRequest({
          system: mainSystemPrompt({ paperPath: 'paper.md' }),
          blocks: blocks(),
          summary,
          tools: [],
          newOpening: undefined,
        }),
        tools: task === undefined ? mainTools : codeTools,
        cacheKey: 'work main',
      });
      const id = randomUUID();
      add('assistant', answerParts(id, given), {
        id,
        ...(given.returned === undefined ? {} : { returned: given.returned }),
      });
      return given;
    },
    results(...texts) {
      for (const [index, part] of tools(messages.at(-1)).entries()) {
        Object.assign(part, { state: 'ok', result: texts[index] ?? 'Done.' });
      }
    },
    stops(written) {
      if (written === undefined) {
        for (const part of tools(messages.at(-1)))
          Object.assign(part, { state: 'error', result: STOPPED_CALL });
      } else add('assistant', written === '' ? [] : [{ type: 'text', text: written }], { status: 'stopped' });
    },
    answeredElsewhere({ name, arguments: args }) {
      add(
        'assistant',
        [
          { type: 'reasoning', text: 'I thought of it elsewhere.' },
          {
            type: 'tool',
            toolCallId: randomUUID(),
            name,
            arguments: args,
            state: 'ok',
            result: 'It is there.',
          },
        ],
        {
          returned: {
            endpoint: 'https://elsewhere.example/v1',
            model: 'another',
            message: { reasoning_content: 'elsewhere', reasoning: 'elsewhere' },
            calls: [{ extra_content: { google: { thought_signature: 'another’s' } } }],
          },
        },
      );
    },
    reruns(text) {
      const last = messages.findLastIndex(({ role }) => role === 'user');
      messages = messages.slice(0, last);
      turn += 1;
      add('user', [{ type: 'text', text }]);
    },
    async compacts() {
      const all = blocks();
      const through = all.findLastIndex((block) => block.turn !== turn) + 1;
      const count = await loadTokenCounter();
      const from = all.findIndex((block) => !block.pinned);
      const request = summaryRequest({
        ...{ blocks: all, from, to: through, before: summary?.text, budget: 10_000, count },
      });
      server.answer = () => ({ text: 'The person wants a paper about pendulums.' });
      const given = await call({ ...common, messages: request.messages, tools: [] });
      const kept = new Set(without(all, request.through).map(({ id }) => id));
      const gone = messages.filter(({ id }) => !kept.has(id));
      messages = messages.filter(({ id }) => kept.has(id));
      summary = {
        ...{ text: given.text, throughMessageId: gone.at(-1)?.id ?? '', stepKey: 'x', plan: null },
        attachments: gone.flatMap((message) => message.attachments ?? []),
      };
      return given;
    },
  };
}
