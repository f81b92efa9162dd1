/** /v1 in the OpenAPI document. Its bodies are checked where they are read (requests.ts), in OpenAI's own words. */
import { z } from 'zod';
import { ERRORS } from '../../protocol/errors.ts';
import { bearer, body, json } from '../route-parts.ts';
import type { Router } from '../router.ts';
import { chatRequest, responsesRequest } from './requests.ts';

const error = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenAIError' });

const model = z
  .looseObject({
    id: z.string().meta({ description: '`paperagent`, `template:{id}` or `work:{id}`' }),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    name: z.string(),
  })
  .meta({ id: 'OpenAIModel' });

const completion = z.looseObject({ id: z.string(), object: z.literal('chat.completion') });
const response = z.looseObject({ id: z.string(), object: z.literal('response'), status: z.string() });
const events = { 'text/event-stream': { schema: z.string() } };

const param = {
  id: z
    .string()
    .max(200)
    .meta({ param: { name: 'id', in: 'path' } }),
};

type Status = 400 | 401 | 403 | 404 | 429;

/** The errors of a route, in OpenAI's shape. */
function errors(...statuses: Status[]) {
  return Object.fromEntries(
    [...statuses, ERRORS.internal.status].map((status) => [status, json(error, 'as OpenAI’s')]),
  );
}

function answered(schema: z.ZodType, description: string) {
  return { description, content: { 'application/json': { schema }, ...events } };
}

/** Describes what openAIRoutes serves. */
export function describeOpenAIRoutes({ openAPIRegistry }: Router): void {
  const common = { tags: ['OpenAI'], security: bearer };
  openAPIRegistry.registerPath({
    ...common,
    method: 'get',
    path: '/models',
    description:
      'What may stand as `model`: templates, each of which begins a Work, and Works, to go on with.',
    responses: {
      200: json(z.object({ object: z.literal('list'), data: z.array(model) }), 'all of them'),
      ...errors(401, 403, 429),
    },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'get',
    path: '/models/{id}',
    request: { params: z.object(param) },
    responses: { 200: json(model, 'that one'), ...errors(401, 403, 404, 429) },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/chat/completions',
    description:
      'Says the last message of the user, and answers with what the turn says: whole, or with `stream` as chunks.',
    request: { body: body(chatRequest) },
    responses: { 200: answered(completion, 'the completion'), ...errors(400, 401, 403, 429) },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/responses',
    description:
      'The same as a response, which is kept: with `background` it is answered at once, and looked at later.',
    request: { body: body(responsesRequest) },
    responses: { 200: answered(response, 'the response'), ...errors(400, 401, 403, 429) },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'get',
    path: '/responses/{id}',
    description: 'How a response stands; with `stream=true` its events behind `starting_after`.',
    request: {
      params: z.object(param),
      query: z.object({
        stream: z.enum(['true', 'false']).optional(),
        starting_after: z.coerce.number().int().optional(),
      }),
    },
    responses: { 200: answered(response, 'the response'), ...errors(400, 401, 403, 404, 429) },
  });
  openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/responses/{id}/cancel',
    request: { params: z.object(param) },
    responses: { 200: json(response, 'the response'), ...errors(401, 403, 404, 429) },
  });
}
