/**
 * Which servers and models want to be asked otherwise than `plain`: data. Entries apply in their order, a later one
 * over an earlier one; both patterns of an entry must match. A model's pattern is read without the maker's prefix
 * (`deepseek/deepseek-chat` is also `deepseek-chat`).
 */
import type { ProfileChange } from './profile.ts';

export interface ProfileEntry {
  name: string;
  /** The host of the base URL. */
  host?: RegExp;
  /** The base URL's path. */
  path?: RegExp;
  /** The model's name, in lower case. */
  model?: RegExp;
  change: ProfileChange;
}

const OPENAI = /(^|\.)api\.openai\.com$/;
const AZURE = /\.(openai|cognitiveservices|services\.ai)\.azure\.com$/;
/** From gpt-5.4 on, function tools are refused on chat/completions. */
const RESPONSES_ONLY = /^gpt-(5\.(?:[4-9]|\d\d)|[6-9]|\d\d)/;
const REASONING_OPENAI = /^(?:o\d|gpt-[5-9]|gpt-\d\d|codex)/;

/** Servers of one's own: this machine, its network, a name without a dot. */
const OWN = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[|[^.]+$)/;

/** Models that see, by their makers' own lists; of families that came in both kinds, those that do. */
const SEES = [
  /^gpt-4(?:o|\.1|\.5)|^gpt-(?:[5-9]|\d\d)|^o1(?!-mini|-preview)|^o3(?!-mini)|^o4/,
  /^claude-(?:3|opus|sonnet|haiku|[4-9])/,
  /^gemini-(?:1\.5|[2-9])/,
  /^gemma-?3(?!n?:?-?(?:1b|270m))|^gemma-?[4-9]/,
  /^(?:pixtral|llava|internvl|minicpm-v|moondream)/,
  /^qwen[\d.]*-?(?:vl|omni)/,
  /^mistral-(?:small-(?:3\.[1-9]|[4-9]|2[5-9])|medium-(?:3|2[5-9])|large-(?:3|25(?:1[1-9])|2[6-9]))/,
  /^(?:meta-)?llama-?4|^(?:meta-)?llama-?3\.2-(?:11b|90b)?-?vision/,
  /^grok-(?:[4-9]|\d-vision)(?!.*code)/,
  /^kimi-(?:k2\.[5-9]|k[3-9]|vl)/,
  /^glm-[\d.]+v/,
];

export const PROFILE_TABLE: readonly ProfileEntry[] = [
  ...SEES.map((model) => ({ name: 'sees', model, change: { images: true } })),
  {
    name: 'openai-chat',
    host: OPENAI,
    change: { schema: 'strict', userAfterTool: 'allowed', cache: 'key', maxTokens: 'max_completion_tokens' },
  },
  { name: 'openai-chat', host: OPENAI, model: REASONING_OPENAI, change: { temperature: false } },
  { name: 'openai-responses', host: OPENAI, model: RESPONSES_ONLY, change: { api: 'responses' } },
  { name: 'openai-chat', host: AZURE, change: { schema: 'strict', userAfterTool: 'allowed' } },
  { name: 'openai-chat', host: AZURE, path: /\/deployments\//, change: { auth: 'api-key' } },
  {
    name: 'openai-chat',
    host: AZURE,
    model: REASONING_OPENAI,
    change: { temperature: false, maxTokens: 'max_completion_tokens' },
  },
  {
    name: 'echo-reasoning',
    model: /^deepseek/,
    change: {
      reasoningBack: 'reasoning_content',
      reasoningWhen: 'calls',
      reasoningEmpty: true,
      maxTokens: 'max_tokens',
    },
  },
  { name: 'echo-reasoning', model: /^deepseek-v[4-9]/, change: { reasoningWhen: 'all' } },
  {
    name: 'echo-reasoning',
    model: /^(?:kimi|moonshot|mimo)/,
    change: { reasoningBack: 'reasoning_content', reasoningEmpty: true },
  },
  {
    name: 'echo-reasoning',
    host: /(^|\.)moonshot\.(ai|cn)$/,
    change: { maxTokens: 'max_completion_tokens' },
  },
  {
    name: 'echo-reasoning',
    host: /(^|\.)(z\.ai|bigmodel\.cn)$/,
    model: /^glm/,
    change: {
      reasoningBack: 'reasoning_content',
      body: { thinking: { type: 'enabled', clear_thinking: false } },
      toolStream: true,
      maxTokens: 'max_tokens',
    },
  },
  { name: 'echo-reasoning', model: /^minimax/, change: { reasoningBack: 'content', reasoningWhen: 'all' } },
  {
    name: 'google',
    host: /(^|\.)generativelanguage\.googleapis\.com$/,
    change: { signatures: 'google', maxTokens: 'max_tokens' },
  },
  {
    name: 'google',
    host: /aiplatform\.googleapis\.com$/,
    change: { signatures: 'vertex', maxTokens: 'max_tokens' },
  },
  { name: 'mistral', host: /(^|\.)mistral\.ai$/, change: { maxTokens: 'max_tokens', streamOptions: false } },
  {
    name: 'openrouter',
    host: /(^|\.)openrouter\.ai$/,
    change: { reasoningBack: 'reasoning_details', reasoningWhen: 'all', body: { usage: { include: true } } },
  },
  {
    name: 'anthropic-by-proxy',
    model: /^claude|anthropic/,
    change: { cache: 'cache_control', maxTokens: 'max_tokens' },
  },
  // Its template takes one call an answer.
  { name: 'local', host: OWN, model: /^(?:meta-)?llama-?3/, change: { parallelHistory: 'split' } },
  // Its template knows no system role; Google's own server refuses it too.
  { name: 'gemma', model: /^gemma/, change: { systemRole: 'user' } },
  { name: 'no-reasoning-back', host: /(^|\.)(groq\.com|cerebras\.ai)$/, change: { reasoningBack: 'none' } },
  {
    name: 'kimi-k2-selfhosted',
    host: OWN,
    model: /^kimi-k2/,
    change: { toolIds: 'functions', reasoningBack: 'reasoning' },
  },
];
