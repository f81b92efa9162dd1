/** What is read of AG-UI's RunAgentInput: which thread, and the last thing that the user said. */
import { z } from 'zod';
import {
  MAX_HISTORY_BYTES,
  MAX_HISTORY_ITEMS,
  MAX_HISTORY_NAME_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
} from '../../protocol/limits.ts';
import { ApiError } from '../api-error.ts';

const name = z.string().min(1).max(MAX_HISTORY_NAME_CHARACTERS);
const words = z.string().max(MAX_HISTORY_BYTES);
const part = z.object({ type: name, text: words.optional() });
const list = <S extends z.ZodType>(of: S) => z.array(of).max(MAX_HISTORY_ITEMS);

export const runInput = z.object({
  threadId: name.meta({
    description: 'of a Work, or the client’s own name for the thread, which has one Work',
  }),
  runId: name,
  messages: list(z.object({ id: name, role: name, content: z.unknown().optional() })),
  tools: list(z.unknown()).nullish(),
  resume: list(z.unknown()).nullish(),
});
export type RunInput = z.infer<typeof runInput> & {
  /** As the client has its messages, with all that is in them. */
  whole: { id: string; role: string }[];
};

const content = z.union([words, list(part)]);

/** @throws ApiError bad_request */
export function readRunInput(body: unknown): RunInput {
  const parsed = runInput.safeParse(body);
  if (parsed.success) return { ...parsed.data, whole: (body as RunInput).messages };
  const [issue] = parsed.error.issues;
  throw new ApiError('bad_request', `${issue?.path.join('.') || 'the body'}: ${issue?.message}`);
}

/** The last message of the user. @throws ApiError bad_request for what a client would rely on and does not get */
export function messageOf({ messages, tools, resume }: RunInput): { id: string; text: string } {
  if (tools?.length)
    refuse('Tools of the client are not called here: the agent has its own. Run it without `tools`.');
  if (resume?.length) refuse('No question is open in this thread: run it without `resume`.');
  const last = messages.findLast(({ role }) => role === 'user');
  const said = content.safeParse(last?.content);
  const parts = !said.success
    ? []
    : typeof said.data === 'string'
      ? [{ type: 'text', text: said.data }]
      : said.data;
  const other = parts.find(({ type }) => type !== 'text');
  if (other !== undefined)
    refuse(
      `A part of type "${other.type}" is not taken: put files into the Work first (PUT /api/works/{id}/files/{path}) and name them in the message.`,
    );
  const text = parts
    .map((one) => one.text ?? '')
    .filter((one) => one.trim() !== '')
    .join('\n\n');
  if (last === undefined || text === '') return refuse('There is no text of a user to answer.');
  if (text.length > MAX_MESSAGE_CHARACTERS)
    refuse(`A message may have ${MAX_MESSAGE_CHARACTERS} characters.`);
  return { id: last.id, text };
}

function refuse(why: string): never {
  throw new ApiError('bad_request', why);
}
