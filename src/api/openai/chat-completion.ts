/** A turn as OpenAI's chat completion: whole, or as chunks while it streams. Pure. */
import type OpenAI from 'openai';
import type { LogEvent } from '../../domain/events.ts';
import type { Usage } from '../../domain/messages.ts';
import { type AnswerEnding, questionText } from '../conversation/answer-ending.ts';
import { createAnswerText } from '../conversation/answer-text.ts';

type Chunk = OpenAI.ChatCompletionChunk;
/** What DeepSeek's and others' servers call what was thought; clients show it where they know it. */
type Delta = OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning_content?: string };

export interface CompletionOf {
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  /** What stands behind the answer, given the files that the turn has changed. */
  links: (paths: string[]) => string;
}

export interface ChatCompletion {
  /** The chunks that an event adds. */
  take(event: LogEvent): Chunk[];
  /** How the answer ended; undefined until it has. */
  readonly ending: AnswerEnding | undefined;
  /** The whole of it, once it has ended. */
  whole(): OpenAI.ChatCompletion;
}

export function createChatCompletion(of: CompletionOf, includeUsage: boolean): ChatCompletion {
  const answer = createAnswerText();
  let content = '';
  let reasoning = '';
  let begun = false;

  const head = { id: of.id, created: of.created, model: of.model };

  function chunk(delta: Delta, finish: OpenAI.ChatCompletionChunk.Choice['finish_reason'] = null): Chunk {
    const first = begun ? {} : { role: 'assistant' as const };
    begun = true;
    return {
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { ...first, ...delta }, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
    };
  }

  function say(text: string): Chunk[] {
    content += text;
    return text === '' ? [] : [chunk({ content: text })];
  }

  return {
    get ending() {
      return answer.ending;
    },
    take(event) {
      const chunks = answer.take(event).flatMap(({ type, text }) => {
        if (type === 'text') return say(text);
        reasoning += text;
        return [chunk({ reasoning_content: text })];
      });
      const { ending } = answer;
      if (ending === undefined || ending.outcome === 'failed') return chunks;
      chunks.push(...say(of.links(answer.files())));
      // What is said next answers it: to the client a question is what the assistant says last.
      if (ending.outcome === 'asking')
        chunks.push(...say((content === '' ? '' : '\n\n') + questionText(ending.ask)));
      chunks.push(chunk({}, 'stop'));
      if (includeUsage)
        chunks.push({ ...head, object: 'chat.completion.chunk', choices: [], usage: toUsage(ending.usage) });
      return chunks;
    },
    whole: () => ({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content,
            refusal: null,
            ...(reasoning ? { reasoning_content: reasoning } : {}),
          },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      ...(answer.ending ? { usage: toUsage(answer.ending.usage) } : {}),
    }),
  };
}

function toUsage(usage: Usage): OpenAI.CompletionUsage {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: usage.cachedTokens } }),
    ...(usage.reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } }),
  };
}
