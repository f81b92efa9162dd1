/** What is read of AG-UI's RunAgentInput: which thread, and the last thing that the user said. */
import { z } from 'zod';
import { MAX_HISTORY_BYTES, MAX_HISTORY_ITEMS } from '../../protocol/limits.ts';
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
  resume: list(z.unknown()).nullish(),
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

/** The last message of the user. @throws ApiError bad_request for what a client would rely on and does not get */
export function messageOf({ messages, tools, resume }: RunInput): { id: string; text: string } {
  if (tools?.length)
    refuse('Tools of the client are not called here: the agent has its own. Run it without `tools`.');
  if (resume?.length) refuse('No question is open in this thread: run it without `resume`.');
  return lastWords(messages, (message) => {
    const said = content.safeParse(message.content);
    if (!said.success) return [];
    return typeof said.data === 'string' ? [{ type: 'text', text: said.data }] : said.data;
  });
}

function refuse(why: string): never {
  throw new ApiError('bad_request', why);
}
