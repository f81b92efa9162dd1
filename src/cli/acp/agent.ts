/**
 * PaperAgent as an agent of ACP (I8): a session is a Work, a prompt a message, and what happens meanwhile the log. Nothing is
 * kept here: this process may end at any moment, and the turn goes on.
 */
import { randomUUID } from 'node:crypto';
import {
  type AgentApp,
  type AgentContext,
  agent,
  RequestError,
  type StopReason,
} from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { Ask } from '../../domain/asks.ts';
import type { LogEvent } from '../../domain/events.ts';
import type { Message } from '../../domain/messages.ts';
import { listedAsk } from '../../protocol/asks.ts';
import { followTurn, type Outcome } from '../ask/follow-turn.ts';
import { type Guest, RefusedError } from '../ask/guest.ts';
import { promptText, UnreadablePrompt } from './prompt-text.ts';
import { askingOf, askWords } from './questions.ts';
import { updatesOf, updatesOfMessage } from './updates.ts';

export interface AcpDependencies {
  /** Of the running system, such as http://127.0.0.1:3000. */
  appUrl: string;
  /** Whose Works these are. */
  person: Guest;
  /** Absolute path of a Work's files where they are on this machine; undefined where they are not. */
  filesOf: (workId: string) => string | undefined;
  log: (line: string) => void;
}

/** Of a Work's history, which an editor is shown as it opens one. */
const PAGE = 200;
const MOST_PAGES = 10;
const REASONS: Record<Exclude<Outcome, 'failed'>, StopReason> = {
  done: 'end_turn',
  stopped: 'cancelled',
  asking: 'end_turn',
};

const created = z.object({ id: z.string() });
const works = z.object({
  items: z.array(z.object({ id: z.string(), title: z.string(), updatedAt: z.string() })),
  nextCursor: z.string().nullish(),
});
const asks = z.object({ items: z.array(listedAsk).max(1) });
const messages = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullish() });

export function createAcpAgent(deps: AcpDependencies): AgentApp {
  const { person } = deps;
  /** What each running prompt is stopped by; a session may have several, which wait their turn. */
  const running = new Map<string, Set<AbortController>>();
  let hasForms = false;

  const pathIn = (workId: string) => (path: string) => {
    const folder = deps.filesOf(workId);
    return folder === undefined ? undefined : `${folder}/${path}`;
  };

  /** The newest messages of a Work, oldest first. */
  async function historyOf(workId: string): Promise<Message[]> {
    const pages: Message[][] = [];
    let cursor: string | null | undefined;
    do {
      const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page = messages.parse(
        await person.get(`/api/works/${encodeURIComponent(workId)}/messages?limit=${PAGE}${query}`),
      );
      pages.push(page.items as Message[]);
      cursor = page.nextCursor;
    } while (cursor && pages.length < MOST_PAGES);
    return pages.toReversed().flat();
  }

  async function mustBeThere(sessionId: string): Promise<void> {
    await said(person.get(`/api/works/${encodeURIComponent(sessionId)}`), sessionId);
  }

  async function prompt(sessionId: string, text: string, client: AgentContext): Promise<StopReason> {
    const stop = new AbortController();
    const own = running.get(sessionId) ?? new Set();
    running.set(sessionId, own.add(stop));
    // Updates are sent in the order of the log, and the answer behind the last of them.
    let told = Promise.resolve();
    const tell = (work: () => Promise<unknown>) => {
      told = told.then(work).then(
        () => {},
        (error: unknown) => deps.log(`an update could not be sent: ${(error as Error).message}`),
      );
    };
    const update = (one: ReturnType<typeof updatesOf>[number]) =>
      tell(() => client.notify('session/update', { sessionId, update: one }));
    let failure = 'the turn failed';
    try {
      const outcome = await said(
        followTurn({
          url: `${deps.appUrl.replace(/^http/, 'ws')}/api/chat/ws/${encodeURIComponent(sessionId)}`,
          token: person.token,
          id: randomUUID(),
          text,
          onEvent(event: LogEvent) {
            for (const one of updatesOf(event, pathIn(sessionId))) update(one);
            if (event.kind === 'turn.completed' && event.error) failure = event.error.message;
          },
          onConnection: (state) => deps.log(state === 'lost' ? 'connection lost, trying again' : 'connected'),
          onAsk: async (ask, over) => {
            await told;
            return await answerTo(ask, over);
          },
          stop: stop.signal,
        }),
        sessionId,
      );
      await told;
      if (outcome === 'failed') throw RequestError.internalError(undefined, failure);
      return REASONS[outcome];
    } finally {
      own.delete(stop);
      if (own.size === 0) running.delete(sessionId);
    }

    /** null: the turn is left with its question. */
    async function answerTo(ask: Ask, over: AbortSignal): Promise<string | undefined | null> {
      const asking = askingOf(ask, sessionId, hasForms);
      const options = { cancellationSignal: AbortSignal.any([over, stop.signal]) };
      /** An editor may answer a request that is taken back with an error. */
      const unlessCancelled = (error: unknown) => {
        if (options.cancellationSignal.aborted) return undefined;
        throw error;
      };
      if (asking.as === 'permission') {
        const { shown } = asking;
        const toolCall = {
          toolCallId: ask.toolCallId ?? ask.askId,
          title: asking.title,
          ...(shown === undefined
            ? {}
            : { content: [{ type: 'content' as const, content: { type: 'text' as const, text: shown } }] }),
        };
        const answer = await client
          .request('session/request_permission', { sessionId, toolCall, options: asking.options }, options)
          .catch(unlessCancelled);
        if (answer === undefined) return undefined;
        const { outcome } = answer;
        if (outcome.outcome === 'selected') return asking.options[Number(outcome.optionId)]?.name;
        return stop.signal.aborted ? undefined : null;
      }
      if (asking.as === 'form') {
        const answer = await client
          .request('elicitation/create', asking.request, options)
          .catch(unlessCancelled);
        if (answer?.action === 'accept') return textIn(answer.content);
        return answer === undefined ? undefined : null;
      }
      update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: asking.text } });
      return null;
    }
  }

  return agent({ name: 'PaperAgent' })
    .onRequest('initialize', ({ params }) => {
      hasForms = params.clientCapabilities?.elicitation?.form != null;
      return {
        protocolVersion: 1,
        agentInfo: { name: 'paperagent', title: 'PaperAgent', version: '1' },
        agentCapabilities: {
          loadSession: true,
          promptCapabilities: { embeddedContext: true },
          sessionCapabilities: { list: {}, resume: {} },
        },
        authMethods: [],
      };
    })
    .onRequest('session/new', async ({ params }) => {
      if (params.mcpServers.length > 0)
        deps.log(
          'MCP servers of the editor are not connected: set them up at the server (docs/tool-servers.md)',
        );
      return { sessionId: created.parse(await said(person.post('/api/works', {}))).id };
    })
    .onRequest('session/load', async ({ params: { sessionId }, client }) => {
      await mustBeThere(sessionId);
      for (const message of await historyOf(sessionId))
        for (const update of updatesOfMessage(message, pathIn(sessionId)))
          await client.notify('session/update', { sessionId, update });
      // What it waits with: the next prompt answers it, or where it is an act, asks for leave first.
      const path = `/api/works/${encodeURIComponent(sessionId)}/asks?limit=1`;
      const [ask] = asks.parse(await said(person.get(path), sessionId)).items;
      if (ask !== undefined && ask.answer === undefined)
        await client.notify('session/update', {
          sessionId,
          update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: askWords(ask) } },
        });
      return {};
    })
    .onRequest('session/resume', async ({ params: { sessionId } }) => {
      await mustBeThere(sessionId);
      return {};
    })
    .onRequest('session/list', async ({ params: { cursor, cwd } }) => {
      const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
      const { items, nextCursor } = works.parse(await said(person.get(`/api/works${query}`)));
      return {
        // A Work belongs to no folder of the editor's: it can be opened from any.
        sessions: items.map(({ id, title, updatedAt }) => ({
          sessionId: id,
          cwd: cwd ?? '/',
          title,
          updatedAt,
        })),
        ...(nextCursor ? { nextCursor } : {}),
      };
    })
    .onRequest('session/prompt', async ({ params: { sessionId, prompt: blocks }, client }) => {
      return { stopReason: await prompt(sessionId, wordsIn(blocks), client) };
    })
    .onNotification('session/cancel', ({ params: { sessionId } }) => {
      for (const stop of running.get(sessionId) ?? []) stop.abort();
    });
}

function textIn(content: unknown): string {
  return String((content as { text?: unknown } | null | undefined)?.text ?? '');
}

function wordsIn(blocks: Parameters<typeof promptText>[0]): string {
  try {
    return promptText(blocks);
  } catch (error) {
    if (error instanceof UnreadablePrompt) throw RequestError.invalidParams(undefined, error.message);
    throw error;
  }
}

/** What the server refuses, in ACP's own errors. */
async function said<T>(asked: Promise<T>, sessionId?: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    if (error.status === 404 && sessionId !== undefined) throw RequestError.sessionNotFound(sessionId);
    if (error.status === 401) throw RequestError.authRequired(undefined, error.message);
    if (error.status < 500) throw RequestError.invalidParams(undefined, error.message);
    throw RequestError.internalError(undefined, error.message);
  }
}
