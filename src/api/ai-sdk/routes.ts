/**
 * The AI SDK's chats (`useChat`, DefaultChatTransport) on the Works of a person (I3): the UI message stream, version 1. A
 * page that goes away stops nothing; it comes back by GET …/stream, which begins the answer again from its beginning.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { findOpenMessage } from '../../db/answers.ts';
import { ERRORS } from '../../protocol/errors.ts';
import { MAX_HISTORY_BYTES, MAX_HISTORY_NAME_CHARACTERS } from '../../protocol/limits.ts';
import { stopAnswer as stopShape } from '../../protocol/works.ts';
import { ApiError, notFound, toldOf } from '../api-error.ts';
import { ask, beginWaiting, type Placed, type Waiting } from '../conversation/await-answer.ts';
import { requestStop } from '../conversation/send-message.ts';
import { sseData, streamAnswer } from '../conversation/stream-answer.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { fileLink } from '../files/file-links.ts';
import { limitTo } from '../middleware/limit-body.ts';
import { requireUser } from '../middleware/require-user.ts';
import { readJson } from '../read-json.ts';
import { bearer, body, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import { conversationWork, findConversation, idFrom } from '../works/named-work.ts';
import { chatBody, readChatBody } from './requests.ts';
import { createUiStream, UI_STREAM_HEADER } from './ui-stream.ts';

export function aiSdkRoutes(deps: ApiDependencies): Router {
  const app = createRouter();
  describeRoutes(app);
  // The SDK shows an answer's body as the error's message: a sentence, and nothing around it.
  app.onError((error, c) => answerSentence(c, error));
  app.use(requireUser(deps.tokens), limitTo(MAX_HISTORY_BYTES));

  app.post('/chat', async (c) => {
    const said = readChatBody(await readJson(c));
    const { userId } = c.get('identity');
    const workId = await conversationWork(deps, c, said.chat, said.template);
    // A page that sends the same message again gets the answer to it.
    const messageId = idFrom(userId, workId, 'message', said.messageId);
    return stream(c, await ask(deps, c, { workId, messageId }, said.text));
  });

  app.get('/chat/:id/stream', async (c) => {
    const placed = await openAnswer(c);
    return placed === undefined ? c.body(null, 204) : stream(c, beginWaiting(deps, c, placed));
  });

  app.post('/chat/:id/stop', async (c) => {
    const workId = await workOf(c);
    if (workId === undefined) throw notFound('chat');
    return c.json(
      { turn: await requestStop(deps, { workId, ownerId: c.get('identity').userId }, null) },
      202,
    );
  });

  app.all('/*', () => {
    throw new ApiError(
      'not_found',
      'There is no such route. docs/clients.md lists what there is under /ai-sdk.',
    );
  });

  function workOf(c: Context<ApiEnv>): Promise<string | undefined> {
    return findConversation(deps, c.get('identity').userId, c.req.param('id') ?? '');
  }

  /** The answer that is under way in a chat. */
  async function openAnswer(c: Context<ApiEnv>): Promise<Placed | undefined> {
    const workId = await workOf(c);
    const { userId: ownerId } = c.get('identity');
    const messageId = workId && (await findOpenMessage(deps.db, { workId, ownerId }));
    return workId && messageId ? { workId, messageId } : undefined;
  }

  function stream(c: Context<ApiEnv>, waiting: Waiting): Response {
    const { workId, messageId } = waiting.asked;
    const { origin } = new URL(c.req.url);
    const chunksOf = createUiStream({
      workId,
      messageId: `answer_${messageId}`,
      linkTo: (path) => fileLink(origin, workId, path),
    });
    c.header(...UI_STREAM_HEADER);
    return streamAnswer(deps, c, waiting, {
      async *translate(events) {
        for await (const event of events) yield* chunksOf(event).map(sseData);
        yield DONE;
      },
      say: (error) => sseData({ type: 'error', errorText: toldOf(c, error).message }) + DONE,
    });
  }

  return app;
}

const DONE = 'data: [DONE]\n\n';

function answerSentence(c: Context<ApiEnv>, error: unknown): Response {
  const { code, message, retryAfter } = toldOf(c, error);
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
  return c.text(message, ERRORS[code].status);
}

function describeRoutes({ openAPIRegistry }: Router): void {
  const common = { tags: ['AI SDK'], security: bearer };
  const refusals = Object.fromEntries(
    [400, 401, 403, 404, 413, 429].map((status) => [
      status,
      { description: 'a sentence', content: { 'text/plain': { schema: z.string() } } },
    ]),
  );
  const answer = {
    description: 'a UI message stream',
    content: { 'text/event-stream': { schema: z.string() } },
  };
  const id = z
    .string()
    .max(MAX_HISTORY_NAME_CHARACTERS)
    .meta({ param: { name: 'id', in: 'path' } });
  const request = { params: z.object({ id }) };
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/chat',
    description: 'Says the last message of the user in the chat’s Work, and answers with the turn.',
    request: { body: body(chatBody) },
    responses: { 200: answer, ...refusals },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'get',
    path: '/chat/{id}/stream',
    description: 'The answer that is under way, from its beginning.',
    request,
    responses: { 200: answer, 204: { description: 'there is none' }, ...refusals },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/chat/{id}/stop',
    request,
    responses: { 202: json(stopShape, 'what was asked to stop'), ...refusals },
  });
}
