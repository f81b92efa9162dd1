/** What OpenAI refuses of a request to its Responses API (M9), in its words. */
import type { Asked, Loose, Words } from './rules.ts';

/** The words of the refusal; undefined where the request is as it has to be. */
export function refusedByResponses({ body, gave }: Asked): Words | undefined {
  const input = (body.input ?? []) as Loose[];
  for (const field of ['messages', 'max_tokens', 'max_completion_tokens', 'stream_options']) {
    if (field in body)
      return { message: `Unknown parameter: '${field}'.`, code: 'unknown_parameter', param: field };
  }
  if ('temperature' in body)
    return {
      message: "Unsupported parameter: 'temperature' is not supported with this model.",
      param: 'temperature',
    };
  const made = new Set<unknown>();
  const answered = new Set<unknown>();
  for (const [at, item] of input.entries()) {
    if (item.type === 'function_call') {
      if (made.has(item.call_id))
        return { message: `Duplicate item found with call_id ${String(item.call_id)}.` };
      made.add(item.call_id);
    }
    if (item.type === 'function_call_output') {
      if (!made.has(item.call_id))
        return {
          message: `No tool call found for function call output with call_id ${String(item.call_id)}.`,
          param: 'input',
        };
      answered.add(item.call_id);
    }
    if (item.type === 'reasoning') {
      if (typeof item.encrypted_content !== 'string')
        return {
          status: 404,
          message: `Item with id '${String(item.id)}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
        };
      const given = gave(item)[0]?.output ?? [];
      const own = given.findIndex(({ id }) => id === item.id);
      if (own < 0 || JSON.stringify(given[own]) !== JSON.stringify(item))
        return { message: 'The encrypted content could not be verified.', code: 'invalid_encrypted_content' };
      if (given[own + 1] !== undefined && input[at + 1]?.id !== given[own + 1]?.id)
        return {
          message: `Item '${String(item.id)}' of type 'reasoning' was provided without its required following item.`,
        };
    }
  }
  const open = [...made].find((id) => !answered.has(id));
  if (open !== undefined)
    return { message: `No tool output found for function call ${String(open)}.`, param: 'input' };
  const bad = ((body.tools ?? []) as Loose[]).find(
    (tool) => tool.type !== 'function' || tool.name === undefined,
  );
  return bad === undefined ? undefined : { message: "Missing required parameter: 'tools[0].name'." };
}
