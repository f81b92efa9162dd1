/**
 * What servers say when they do not take a request's shape, and the change of the profile that each asks for (M19):
 * data. The first entry counts whose words are in the refusal and whose change is not made yet.
 */
import type { HttpFailure } from '../http-failure.ts';
import { readWords } from '../vendor-words.ts';
import type { LearnedFact } from './learning.ts';
import type { Profile, ProfileChange } from './profile.ts';

interface Repair {
  /** All must be found in the server's words. */
  words: readonly RegExp[];
  /** What the profile must hold now for the change to make sense; absent: anything. */
  now?: ProfileChange;
  change: ProfileChange;
}

/** How servers say that they do not take something, and not that something is wrong with it. */
const REFUSES =
  /unknown|unrecogni[sz]ed|unsupported|unexpected|not (?:supported|permitted|allowed|valid)|(?:does not|doesn't) support|extra (?:inputs|fields|key)|additional propert|only the default|invalid/i;
const NEEDS = /must|missing|required|need|expected|should be|provide|pass/i;

export const REPAIRS: readonly Repair[] = [
  // Not where a picture is wrong in itself (its size, its format): that is no word about the model.
  {
    words: [
      /\bimages?\b|\bimage_url\b|\binput_image\b|multi-?modal|\bvision\b|mmproj/i,
      /(?:do(?:es)? not|doesn't|cannot|can't) (?:support|accept|take)|not (?:supported|enabled|available|a (?:multi-?modal|vision))|unsupported (?:content|input|modalit|type)|only supported by|unknown variant|at most 0 |must be a string|expected (?:`text`|a string)|missing data required|no endpoints/i,
    ],
    now: { images: true },
    change: { images: false },
  },
  // Before what asks for reasoning: "the following must be satisfied: … is unsupported" asks for none.
  {
    words: [/\b(?:reasoning_content|reasoning_details|reasoning)\b['"`]? is (?:unsupported|not supported)/i],
    change: { reasoningBack: 'none' },
  },
  { words: [/\/responses\b|responses api/i], now: { api: 'chat' }, change: { api: 'responses' } },
  { words: [/\bstream_options\b/, REFUSES], now: { streamOptions: true }, change: { streamOptions: false } },
  { words: [/\bstrict\b/, REFUSES], now: { schema: 'strict' }, change: { schema: 'plain' } },
  {
    words: [/additionalProperties|anyOf|\$ref|schema|function_?declarations|proto field/i],
    now: { schema: 'strict' },
    change: { schema: 'plain' },
  },
  { words: [/\btemperature\b/, REFUSES], now: { temperature: true }, change: { temperature: false } },
  {
    words: [/\bmax_completion_tokens\b/],
    now: { maxTokens: 'max_tokens' },
    change: { maxTokens: 'max_completion_tokens' },
  },
  {
    words: [/\bmax_completion_tokens\b/, REFUSES],
    now: { maxTokens: 'max_completion_tokens' },
    change: { maxTokens: 'max_tokens' },
  },
  { words: [/\bmax_tokens\b/], now: { maxTokens: 'max_tokens' }, change: { maxTokens: 'none' } },
  { words: [/\bprompt_cache_key\b/, REFUSES], now: { cache: 'key' }, change: { cache: 'none' } },
  { words: [/\bcache_control\b/, REFUSES], now: { cache: 'cache_control' }, change: { cache: 'none' } },
  { words: [/\btool_stream\b/, REFUSES], now: { toolStream: true }, change: { toolStream: false } },
  {
    words: [/\bapi-key\b|missing subscription key/i],
    now: { auth: 'bearer' },
    change: { auth: 'api-key' },
  },
  {
    words: [/thought_signature/i],
    now: { signatures: 'none' },
    change: { signatures: 'google' },
  },
  // Reasoning asked for: first with the answers that call, then with all.
  {
    words: [/reasoning_content|thinking mode/i, NEEDS],
    now: { reasoningBack: 'none' },
    change: { reasoningBack: 'reasoning_content', reasoningWhen: 'calls', reasoningEmpty: true },
  },
  // It went back in the other of the two fields.
  {
    words: [/\breasoning_content\b/, NEEDS],
    now: { reasoningBack: 'reasoning' },
    change: { reasoningBack: 'reasoning_content', reasoningWhen: 'calls', reasoningEmpty: true },
  },
  {
    words: [/reasoning_content|thinking mode/i, /must|missing|required|pass/i],
    now: { reasoningBack: 'reasoning_content', reasoningWhen: 'calls' },
    change: { reasoningWhen: 'all', reasoningEmpty: true },
  },
  {
    words: [/reasoning_content|reasoning_details|\breasoning\b/i, REFUSES],
    change: { reasoningBack: 'none' },
  },
  {
    words: [/one tool.?call|single tool.?call|multiple tool.?calls|parallel tool/i],
    now: { parallelHistory: 'together' },
    change: { parallelHistory: 'split' },
  },
  {
    words: [/content/i, /tool_calls/, /both|together|simultaneous|same time|not allowed with/i],
    now: { textWithCalls: true },
    change: { textWithCalls: false },
  },
  {
    words: [
      /system(?: role| message| prompt)|developer instruction/i,
      /not (?:supported|enabled)|unsupported|only supports|invalid role/i,
    ],
    change: { systemRole: 'user' },
  },
  { words: [/developer/i, REFUSES], now: { systemRole: 'developer' }, change: { systemRole: 'system' } },
  {
    words: [
      /roles? must alternate|alternat|after (?:role )?['"`]?tool|consecutive|unexpected role|last message/i,
    ],
    change: { userAfterTool: 'bridge', joinUsers: true },
  },
  {
    words: [/tool.?call.?ids?|tool_calls?\[?\d*\]?\.id|\bcall ids?\b/i, /functions\./],
    now: { toolIds: 'nine' },
    change: { toolIds: 'functions' },
  },
  {
    words: [/tool.?(?:call|use).?ids?|tool_calls?\[?\d*\]?\.id/i, /a-z|length|characters|alphanumeric/i],
    now: { toolIds: 'functions' },
    change: { toolIds: 'nine' },
  },
  {
    words: [/content/i, /null|nil\b|none\b|nonetype|string|missing|required/i],
    now: { emptyContent: 'null' },
    change: { emptyContent: 'empty' },
  },
  {
    words: [/content|text/i, /empty|non-?empty|blank/i],
    now: { emptyContent: 'empty' },
    change: { emptyContent: 'absent' },
  },
];

/** What a template's exception, a wrong route or a missing header may be answered with, beside a plain refusal. */
const REFUSAL = new Set([400, 401, 404, 405, 415, 422, 500]);

/**
 * The change that a refusal asks for; undefined where it asks for none, or for what the person has set otherwise.
 * @param own what the person set: it is never repaired
 */
export function repairFor(
  { status, body }: HttpFailure,
  profile: Profile,
  own: ProfileChange = {},
): LearnedFact | undefined {
  if (!REFUSAL.has(status)) return undefined;
  const { message, codes, param } = readWords(body);
  const said = [message, param, ...codes].join(' ');
  const repair = REPAIRS.find(
    ({ words, now = {}, change }) =>
      words.every((pattern) => pattern.test(said)) &&
      includes(profile, now) &&
      !includes(profile, change) &&
      !Object.keys(change).some((field) => field in own),
  );
  return repair && { change: repair.change, words: message };
}

function includes(profile: Profile, part: ProfileChange): boolean {
  return Object.entries(part).every(([field, value]) => profile[field as keyof Profile] === value);
}
