/** The body of a chat completion request under a profile. */
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { Profile } from '../profiles/profile.ts';
import type { ModelRequest, ToolDefinition } from '../types.ts';
import { chatMessages } from './chat-messages.ts';
import { mostTokens } from './most-tokens.ts';
import { plainSchema } from './plain-schema.ts';

/** The parameters; what a profile adds is no part of OpenAI's own type, so the whole is said to be of it. */
export function chatBody(request: ModelRequest, profile: Profile): ChatCompletionCreateParamsStreaming {
  const { endpoint, messages, tools, cacheKey } = request;
  const most = profile.maxTokens === 'none' ? undefined : mostTokens(request);
  return {
    ...profile.body,
    ...endpoint.params,
    model: endpoint.model,
    messages: chatMessages(messages, profile, endpoint),
    stream: true,
    ...(profile.streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...(endpoint.temperature === undefined || !profile.temperature
      ? {}
      : { temperature: endpoint.temperature }),
    ...(most === undefined ? {} : { [profile.maxTokens]: most }),
    ...(profile.cache === 'key' && cacheKey !== undefined ? { prompt_cache_key: cacheKey } : {}),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map((tool) => ({ type: 'function', function: wireTool(tool, profile) })),
          ...(profile.toolStream ? { tool_stream: true } : {}),
        }),
  } as ChatCompletionCreateParamsStreaming;
}

/** A tool in the words of a profile. */
export function wireTool({ name, description, parameters, strict }: ToolDefinition, { schema }: Profile) {
  return schema === 'strict'
    ? { name, description, parameters, strict: strict ?? true }
    : { name, description, parameters: plainSchema(parameters) };
}
