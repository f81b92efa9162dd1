/** What a server's error says, in whichever of its forms (M18), and what its words mean. */
import { isObject, type Loose } from './answers/assembly.ts';

export interface VendorWords {
  /** The sentences, as one text; the body itself where it has no known form. */
  message: string;
  /** `code`, `type` and `status` words, in lower case. */
  codes: string[];
  /** The field of the request that is meant, where the words do not name it. */
  param: string;
  /** An HTTP status inside the body, of an error that came with 200. */
  status: number | undefined;
}

/** Reads {error: {…}}, {error: text}, [{error}], {message, code}, {detail}, {object: "error"}, {base_resp}, or a page. */
export function readWords(body: string): VendorWords {
  const parsed = parse(body);
  const given = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(given)) return { message: body, codes: [], param: '', status: undefined };
  const error = isObject(given.error) ? given.error : given;
  const base = isObject(given.base_resp) ? given.base_resp : {};
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const texts = [given.error, error.message, given.detail, given.message, base.status_msg, metadata.raw];
  const codes = [error.code, error.type, error.status, given.code, given.type, base.status_code];
  return {
    message: texts.filter((text) => typeof text === 'string').join(' ') || body,
    codes: codes
      .filter((code) => typeof code === 'string' || typeof code === 'number')
      .map((c) => String(c).toLowerCase()),
    param: typeof error.param === 'string' ? error.param : '',
    status: [error.code, error.status, given.status, error.status_code]
      .map(Number)
      .find((n) => n >= 400 && n < 600),
  };
}

/** Whether an object that came with status 200 is an error, not an answer. */
export function isErrorObject(event: unknown): boolean {
  const given = Array.isArray(event) ? event[0] : event;
  if (!isObject(given)) return false;
  if (given.error) return true;
  if (given.type === 'error' || given.object === 'error' || given.type === 'response.failed') return true;
  const base = given.base_resp;
  if (isObject(base) && typeof base.status_code === 'number' && base.status_code !== 0) return true;
  return (
    given.choices === undefined &&
    given.object === undefined &&
    given.type === undefined &&
    typeof given.detail === 'string'
  );
}

const MEANINGS = {
  /** Longer than the window. */
  tooLong:
    /context[_ -](?:length|window|size)|maximum (?:context|input|prompt|allowed)[^.]{0,40}(?:tokens?|length)|(?:prompt|input|request|conversation|message)s?(?: \w+)? (?:is|are|was) too (?:long|large)|token count .{0,80}exceeds|exceeds? the (?:maximum|max|model|available|limit)[^.]{0,60}(?:tokens?|context|length)|too many (?:input )?tokens|tokens? (?:limit|quota) (?:was )?exceeded for (?:this|the) (?:model|prompt)|reduce the length|string_above_max_length|input length and `?max_tokens`? exceed|larger than the maximum|prompt has [\d,]+ tokens|上下文|超过.{0,12}长度/i,
  /** The account has nothing left: final, whatever the status. */
  empty:
    /insufficient[_ ](?:quota|balance|credits?|funds)|credit balance is too low|out of credits?|no credits? left|billing[_ ](?:hard_limit|not[_ ]active)|payment required|(?:account|balance).{0,30}(?:arrears|overdue|insufficient)|余额不足|欠费/i,
  /** An empty account's words, or a rate limit's. */
  quota: /exceeded your current quota/i,
  /** A model or server that cannot use tools. */
  noTools:
    /no endpoints.{0,20}support tool|does(?: not|n't) support (?:tools?|function)|tools? (?:is|are) not supported|tool (?:use|calling) (?:is )?not (?:supported|available)|auto[" ]?tool choice requires|--enable-auto-tool-choice|function calling is not (?:enabled|supported)|tools param requires --jinja/i,
  key: /api[_ -]?key not valid|api_key_invalid|invalid[_ ](?:api[_ ]?key|authentication|token)|incorrect api key|unauthorized|no auth credentials/i,
  filter: /content[_ ](?:filter|policy|management)|responsible ?ai|safety|data_inspection_failed|敏感/i,
  noModel:
    /model[^.]{0,80}(?:not found|does not exist|not exist|is not available)|no such model|model_not_found|unknown model/i,
  /** The model wrote a call that its server could not read. */
  badCall: /tool_use_failed|failed to call a function|failed to parse tool|output_parse_failed/i,
  /** A chat template's own refusal of a conversation's shape. */
  template: /jinja|chat template|template.{0,40}(?:exception|error)|raise_exception|roles must alternate/i,
  rate: /rate[_ ]?limit|too many requests|resource_exhausted|throttl/i,
  overloaded: /overloaded|capacity|engine_overloaded|server is busy|unavailable/i,
} as const;

export type Meaning = keyof typeof MEANINGS;

export function means({ message, codes }: VendorWords, meaning: Meaning): boolean {
  const pattern = MEANINGS[meaning];
  return pattern.test(message) || codes.some((code) => pattern.test(code));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as Loose;
  } catch {
    return undefined; // A proxy's page, or plain words.
  }
}
