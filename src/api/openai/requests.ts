/**
 * What is read of a request of OpenAI's clients. The last thing that the user said is the message; the client's history
 * is not replayed, for the Work has its own. What we do not know is ignored; what a client would rely on and does not
 * get is refused, by its name.
 */
import { z } from 'zod';
import {
  MAX_HISTORY_BYTES,
  MAX_HISTORY_ITEMS,
  MAX_HISTORY_NAME_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
} from '../../protocol/limits.ts';
import { RequestError } from './errors.ts';

const name = z.string().max(MAX_HISTORY_NAME_CHARACTERS);
const words = z.string().max(MAX_HISTORY_BYTES);
const list = <S extends z.ZodType>(of: S) => z.array(of).max(MAX_HISTORY_ITEMS);

const part = z.object({ type: name, text: words.optional() });
const content = z.union([words, list(part)]).nullish();
const scalar = z.union([name, z.number()]).optional();
/** What is read of it: which Work, or the client's name for the conversation. */
const metadata = z.object({ work: scalar, conversation: scalar }).nullish();

export const chatRequest = z.object({
  model: name,
  messages: list(z.object({ role: name, content })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().nullish(),
  tools: list(z.unknown()).nullish(),
  functions: list(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: z.object({ type: name }).nullish(),
  modalities: list(name).nullish(),
  metadata,
});
export type ChatRequest = z.infer<typeof chatRequest>;

const inputItem = z.object({ type: name.optional(), role: name.optional(), content });

export const responsesRequest = z.object({
  model: name.nullish(),
  input: z.union([words, list(inputItem)]),
  stream: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: name.nullish(),
  conversation: z.union([name, z.object({ id: name })]).nullish(),
  tools: list(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  text: z.object({ format: z.object({ type: name }).nullish() }).nullish(),
  metadata,
});
export type ResponsesRequest = z.infer<typeof responsesRequest>;

/** @throws RequestError naming the first field that is not as it must be */
export function parseRequest<S extends z.ZodType>(shape: S, body: unknown): z.infer<S> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = issue?.path.join('.') ?? '';
  throw new RequestError(param, `${param || 'the body'}: ${issue?.message ?? 'is not valid'}`);
}

/** @throws RequestError */
export function messageOfChat(request: ChatRequest): string {
  refuse(request.n != null && request.n !== 1, 'n', 'One answer is given: leave n out, or send 1.');
  refuse(hasAny(request.functions), 'functions', NO_TOOLS);
  refuse(hasAny(request.tools) && request.tool_choice !== 'none', 'tools', NO_TOOLS);
  refuse(isNoText(request.response_format?.type), 'response_format', NO_FORMAT);
  refuse(request.modalities?.some((one) => one !== 'text') ?? false, 'modalities', 'Answers are text.');
  const index = request.messages.findLastIndex(({ role }) => role === 'user');
  return textOfContent(request.messages[index]?.content, `messages.${index}.content`);
}

/** @throws RequestError */
export function messageOfInput(request: ResponsesRequest): string {
  refuse(hasAny(request.tools) && request.tool_choice !== 'none', 'tools', NO_TOOLS);
  refuse(isNoText(request.text?.format?.type), 'text.format', NO_FORMAT);
  const { input } = request;
  if (typeof input === 'string') return textOfContent(input, 'input');
  const index = input.findLastIndex(({ role }) => role === 'user');
  return textOfContent(input[index]?.content, `input.${index}.content`);
}

const NO_TOOLS =
  'Tools of the client are not called here: the agent has its own. Leave them out, or send tool_choice "none".';
const NO_FORMAT = 'Answers are text: ask for a form in the message.';

function hasAny(list: unknown[] | null | undefined): boolean {
  return list != null && list.length > 0;
}

function isNoText(format: string | undefined): boolean {
  return format !== undefined && format !== 'text';
}

function refuse(when: boolean, param: string, why: string): void {
  if (when) throw new RequestError(param, why);
}

/** The parts that are text, a blank line between them. @throws RequestError for one that is not, and for none at all */
function textOfContent(given: z.infer<typeof content>, param: string): string {
  const parts = typeof given === 'string' ? [{ type: 'text', text: given }] : (given ?? []);
  const texts = parts.map((one, index) => {
    const isText = one.type === 'text' || one.type === 'input_text';
    refuse(
      !isText,
      `${param}.${index}`,
      `A part of type "${one.type}" is not taken: put files into the Work first (PUT /api/works/{id}/files/{path}) and name them in the message.`,
    );
    return one.text ?? '';
  });
  const text = texts.filter((one) => one.trim() !== '').join('\n\n');
  refuse(text === '', param, 'There is no text of a user to answer.');
  refuse(
    text.length > MAX_MESSAGE_CHARACTERS,
    param,
    `A message may have ${MAX_MESSAGE_CHARACTERS} characters: put what is longer into a file of the Work.`,
  );
  return text;
}
