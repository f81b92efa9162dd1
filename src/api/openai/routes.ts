/**
 * OpenAI's interface to the Works of a key's owner (I2, P23): a translation of the one log and of the commands that the
 * socket has, with nothing kept for it. A client that goes away stops nothing: what stops a turn is `cancel`.
 */
import type { Context } from 'hono';
import { findAnswerPlace } from '../../db/answers.ts';
import type { LogEvent } from '../../domain/events.ts';
import { MAX_HISTORY_BYTES } from '../../protocol/limits.ts';
import { ApiError, toldOf } from '../api-error.ts';
import type { AnswerEnding } from '../conversation/answer-ending.ts';
import { answerEvents, ask, beginWaiting, type Placed, type Waiting } from '../conversation/await-answer.ts';
import { answerSoFar } from '../conversation/follow-answer.ts';
import { stopAnswer } from '../conversation/stop-answer.ts';
import { sseData, streamAnswer } from '../conversation/stream-answer.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { fileLinks } from '../files/file-links.ts';
import { limitTo } from '../middleware/limit-body.ts';
import { requireUser } from '../middleware/require-user.ts';
import { readJson } from '../read-json.ts';
import { createRouter, type Router } from '../router.ts';
import { createChatCompletion } from './chat-completion.ts';
import { describeOpenAIRoutes } from './described.ts';
import { answerOpenAIError, RequestError, toOpenAIError } from './errors.ts';
import { findModel, listModels } from './models.ts';
import { chatRequest, messageOfChat, messageOfInput, parseRequest, responsesRequest } from './requests.ts';
import { createTurnResponse, type TurnResponse } from './response.ts';
import { readResponseId, responseIdOf } from './response-id.ts';
import { DEFAULT_MODEL, noSuchModel, placeRequest, WORK_HEADER, WORK_MODEL } from './work-of-request.ts';

export function openAIRoutes(deps: ApiDependencies): Router {
  const app = createRouter();
  describeOpenAIRoutes(app);
  app.onError((error, c) => answerOpenAIError(c, toldOf(c, error)));
  app.use(requireUser(deps.tokens), limitTo(MAX_HISTORY_BYTES));

  app.get('/models', async (c) =>
    c.json({ object: 'list', data: await listModels(deps.db, c.get('identity').userId) }),
  );
  app.get('/models/:id', async (c) => {
    const model = await findModel(deps.db, c.get('identity').userId, c.req.param('id'));
    if (model === undefined) throw new ApiError('not_found', 'There is no such model.');
    return c.json(model);
  });

  app.post('/chat/completions', async (c) => {
    const request = parseRequest(chatRequest, await readJson(c));
    const text = messageOfChat(request);
    const placed = await placeRequest(deps, c, { model: request.model, text, metadata: request.metadata });
    const completion = createChatCompletion(
      {
        id: `chatcmpl-${placed.messageId}`,
        created: secondsOf(Date.now()),
        model: request.model,
        links: linksOf(c, placed),
      },
      request.stream_options?.include_usage === true,
    );
    const asking = await askIn(c, placed, text);
    if (request.stream === true) {
      return stream(c, asking, async function* (events) {
        for await (const event of events) yield* completion.take(event).map(sseData);
        const failure = failureOf(completion.ending);
        if (failure) yield sseData({ error: toOpenAIError(failure) });
        yield DONE;
      });
    }
    for await (const event of answerEvents(deps, asking)) completion.take(event);
    const failure = failureOf(completion.ending);
    if (failure) throw failure;
    return c.json(completion.whole());
  });

  app.post('/responses', async (c) => {
    const request = parseRequest(responsesRequest, await readJson(c));
    const text = messageOfInput(request);
    const model = request.model ?? DEFAULT_MODEL;
    const workId = workOfConversation(request.previous_response_id, request.conversation);
    const placed = await placeRequest(deps, c, { model, text, metadata: request.metadata, workId });
    const background = request.background === true;
    const response = responseOf(c, placed, { model, createdMs: Date.now(), background });
    const asking = await askIn(c, placed, text);
    if (request.stream === true) return streamResponse(c, asking, response, -1);
    if (background) asking.leave();
    else for await (const event of answerEvents(deps, asking)) response.take(event);
    return c.json(response.now());
  });

  app.get('/responses/:id', async (c) => {
    const { placed, response } = await storedResponse(c);
    if (c.req.query('stream') === 'true') {
      const after = Number(c.req.query('starting_after') ?? -1);
      if (!Number.isInteger(after))
        throw new RequestError('starting_after', 'starting_after is the sequence_number of an event.');
      return streamResponse(c, waitFor(c, placed), response, after);
    }
    for await (const event of answerSoFar(deps, { ...placed, ownerId: c.get('identity').userId }))
      response.take(event);
    return c.json(response.now());
  });

  app.post('/responses/:id/cancel', async (c) => {
    const { placed, response } = await storedResponse(c);
    await stopAnswer(deps, { ...placed, ownerId: c.get('identity').userId });
    for await (const event of answerEvents(deps, waitFor(c, placed))) response.take(event);
    return c.json(response.now());
  });

  app.all('/*', () => {
    throw new ApiError('not_found', 'There is no such route. docs/clients.md lists what there is under /v1.');
  });

  /** Says the message, in the Work that the answer's header names. @throws RequestError where they have no such Work */
  async function askIn(c: Context<ApiEnv>, placed: Placed, text: string): Promise<Waiting> {
    const asking = await ask(deps, c, placed, text).catch((error: unknown) => {
      throw error instanceof ApiError && error.code === 'not_found'
        ? noSuchModel(`${WORK_MODEL}${placed.workId}`)
        : error;
    });
    c.header(WORK_HEADER, placed.workId);
    return asking;
  }

  function waitFor(c: Context<ApiEnv>, placed: Placed): Waiting {
    c.header(WORK_HEADER, placed.workId);
    return beginWaiting(deps, c, placed);
  }

  /** @throws ApiError not_found */
  async function storedResponse(c: Context<ApiEnv>): Promise<{ placed: Placed; response: TurnResponse }> {
    const placed = readResponseId(c.req.param('id') ?? '');
    const place =
      placed && (await findAnswerPlace(deps.db, { ...placed, ownerId: c.get('identity').userId }));
    if (placed === undefined || place === undefined)
      throw new ApiError('not_found', 'There is no such response, or it is not yours.');
    const model = `${WORK_MODEL}${placed.workId}`;
    const response = responseOf(c, placed, { model, createdMs: place.createdAt, background: true });
    if (place.status === 'withdrawn') response.withdraw();
    return { placed, response };
  }

  /** A body of what `translate` makes of the events; an error in the middle is said in the stream. */
  function stream(
    c: Context<ApiEnv>,
    asking: Waiting,
    translate: (events: AsyncIterable<LogEvent>) => AsyncGenerator<string, void>,
  ): Response {
    const say = (error: unknown) => sseData({ error: toOpenAIError(toldOf(c, error)) });
    return streamAnswer(deps, c, asking, { translate, say });
  }

  /** @param after the sequence number of the last event that the client has */
  function streamResponse(
    c: Context<ApiEnv>,
    asking: Waiting,
    response: TurnResponse,
    after: number,
  ): Response {
    return stream(c, asking, async function* (events) {
      const told = (made: ReturnType<TurnResponse['take']>) =>
        made
          .filter((event) => event.sequence_number > after)
          .map((event) => `event: ${event.type}\n${sseData(event)}`);
      yield* told(response.begin());
      for await (const event of events) yield* told(response.take(event, after >= 0));
      yield DONE;
    });
  }

  return app;
}

const DONE = 'data: [DONE]\n\n';

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}

function linksOf(c: Context<ApiEnv>, { workId }: Placed): (paths: string[]) => string {
  const { origin } = new URL(c.req.url);
  return (paths) => fileLinks(origin, workId, paths);
}

function responseOf(
  c: Context<ApiEnv>,
  placed: Placed,
  of: { model: string; createdMs: number; background: boolean },
): TurnResponse {
  return createTurnResponse({
    id: responseIdOf(placed),
    created: secondsOf(of.createdMs),
    model: of.model,
    workId: placed.workId,
    background: of.background,
    links: linksOf(c, placed),
  });
}

/** Where a request of the Responses API goes on. @throws RequestError */
function workOfConversation(
  previous: string | null | undefined,
  conversation: string | { id: string } | null | undefined,
): string | undefined {
  if (previous != null) {
    const workId = readResponseId(previous)?.workId;
    if (workId === undefined) throw new RequestError('previous_response_id', 'There is no such response.');
    return workId;
  }
  if (conversation == null) return undefined;
  return typeof conversation === 'string' ? conversation : conversation.id;
}

/** Why there is no answer, where there is none. */
function failureOf(ending: AnswerEnding | undefined): ApiError | undefined {
  if (ending === undefined)
    return new ApiError('conflict', 'The message was taken back before it was answered.');
  if (ending.outcome !== 'failed') return undefined;
  return new ApiError('internal', ending.error?.message ?? 'The turn failed.');
}
