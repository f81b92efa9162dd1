/** What is read of AG-UI's RunAgentInput: which thread, and what the user said last, or answers to a question. */
import { z } from 'zod';
import { answerBody } from '../../protocol/asks.ts';
import { MAX_HISTORY_BYTES, MAX_HISTORY_ITEMS } from '../../protocol/limits.ts';
import { uuid } from '../../protocol/messages.ts';
import { ApiError } from '../api-error.ts';
import { clientName, lastWords, messagePart, readClientBody } from '../conversation/last-words.ts';

const words = z.string().max(MAX_HISTORY_BYTES);
const list = <S extends z.ZodType>(of: S) => z.array(of).max(MAX_HISTORY_ITEMS);

export const runInput = z.object({
  threadId: clientName.meta({
    description: 'of a Work, or the client’s own name for the thread, which has one Work',
  }),
  runId: clientName,
  messages: list(z.object({ id: clientName, role: clientName, content: z.unknown().optional() })),
  tools: list(z.unknown()).nullish(),
  resume: list(
    z.object({
      interruptId: uuid.toLowerCase(),
      status: z.enum(['resolved', 'cancelled']),
      payload: z.unknown().optional(),
    }),
  ).nullish(),
});
export type RunInput = z.infer<typeof runInput> & {
  /** As the client has its messages, with all that is in them. */
  whole: { id: string; role: string }[];
};

const content = z.union([words, list(messagePart)]);

/** @throws ApiError bad_request */
export function readRunInput(body: unknown): RunInput {
  return { ...readClientBody(runInput, body), whole: (body as RunInput).messages };
}

/** What a run is to do: say something, answer the question that the run before ended with, or give it up. */
export type Asked =
  | { kind: 'message'; id: string; text: string }
  | { kind: 'answer'; askId: string; answer: z.infer<typeof answerBody> }
  | { kind: 'abandon'; askId: string };

/** An answer is `{text}`, or the text alone. */
const payload = z.union([answerBody, answerBody.shape.text.transform((text) => ({ text }))]);

/** @throws ApiError bad_request for what a client would rely on and does not get */
export function askedOf(input: RunInput): Asked {
  if (input.tools?.length)
    refuse('Tools of the client are not called here: the agent has its own. Run it without `tools`.');
  const [entry, ...others] = input.resume ?? [];
  if (entry === undefined) return { kind: 'message', ...lastMessage(input) };
  if (others.length > 0) refuse('A thread has one question at a time: `resume` has one entry.');
  const { interruptId: askId, status } = entry;
  if (status === 'cancelled') return { kind: 'abandon', askId };
  if (input.messages.at(-1)?.role === 'user')
    refuse('A question is answered by `resume` alone: say what is new in a run after it.');
  return { kind: 'answer', askId, answer: readClientBody(payload, entry.payload) };
}

function lastMessage({ messages }: RunInput): { id: string; text: string } {
  return lastWords(messages, (message) => {
    const said = content.safeParse(message.content);
    if (!said.success) return [];
    return typeof said.data === 'string' ? [{ type: 'text', text: said.data }] : said.data;
  });
}

function refuse(why: string): never {
  throw new ApiError('bad_request', why);
}
