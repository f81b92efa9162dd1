/** The APIs that are spoken: how each is asked, and how its answer is put together. */
import type OpenAI from 'openai';
import type { AnswerAssembly } from './answers/assembly.ts';
import { createChatAnswer } from './answers/chat-answer.ts';
import { createResponsesAnswer } from './answers/responses-answer.ts';
import type { Profile } from './profiles/profile.ts';
import { chatBody } from './requests/chat-body.ts';
import { responsesBody } from './requests/responses-body.ts';
import { withoutPictures } from './requests/user-text.ts';
import type { ModelRequest } from './types.ts';

export interface Dialect {
  /** Has the client send the request; resolves as soon as our fetch has an answer. */
  send(client: OpenAI): Promise<unknown>;
  assembly(): AnswerAssembly;
}

export function dialectOf(given: ModelRequest, profile: Profile): Dialect {
  const request = profile.images ? given : { ...given, messages: withoutPictures(given.messages) };
  if (profile.api === 'responses') {
    const body = responsesBody(request, profile);
    return { send: (client) => client.responses.create(body).asResponse(), assembly: createResponsesAnswer };
  }
  const body = chatBody(request, profile);
  const names = new Set(request.tools.map((tool) => tool.name));
  return {
    send: (client) => client.chat.completions.create(body).asResponse(),
    assembly: () => createChatAnswer((name) => names.has(name)),
  };
}
