/** The body of a chat completion request, and what can be left out of it for a vendor that refuses a field. */
import type { ModelRequest } from './types.ts';

/** Fields that make an answer better but that it can do without; some vendors answer 400 or 422 to them. */
export const optionalFields = ['stream_options', 'strict', 'temperature'] as const;
export type OptionalField = (typeof optionalFields)[number];

/** The request as JSON text, without the fields in `without`. */
export function requestBody(request: ModelRequest, without: ReadonlySet<OptionalField>): string {
  const { endpoint, messages, tools } = request;
  const strict = without.has('strict') ? {} : { strict: true };
  return JSON.stringify({
    ...endpoint.params,
    model: endpoint.model,
    messages,
    stream: true,
    ...(without.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(endpoint.temperature === undefined || without.has('temperature')
      ? {}
      : { temperature: endpoint.temperature }),
    ...(tools.length === 0
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', function: { ...tool, ...strict } })) }),
  });
}

/** How vendors say that they do not take a field, and not that something is wrong with its content. */
const REFUSES =
  /unknown|unrecogni[sz]ed|unsupported|unexpected|not (?:supported|permitted|allowed)|(?:does not|doesn't) support|extra (?:inputs|fields)|additional properties|only the default/i;

/** The optional field that a refusal names and that was sent, if any: such a call is worth repeating without it. */
export function refusedField(
  status: number,
  body: string,
  without: ReadonlySet<OptionalField>,
): OptionalField | undefined {
  if (status !== 400 && status !== 422) return undefined;
  if (!REFUSES.test(body)) return undefined;
  return optionalFields.find((field) => !without.has(field) && new RegExp(`\\b${field}\\b`).test(body));
}
