/** For each rule, a profile that breaks it: from there its server's words have to teach the way. Data. */
import type { ProfileChange } from '../../../src/llm/profiles/profile.ts';
import type { RuleName } from './rules.ts';

export const WRONG_SHAPES: Partial<Record<RuleName, ProfileChange>> = {
  mistral_ids: { toolIds: 'functions' },
  no_user_after_tool: { userAfterTool: 'allowed' },
  no_repeated_user: { joinUsers: false },
  no_type_lists: { schema: 'strict' },
  no_additional_properties: { schema: 'strict' },
  no_strict: { schema: 'strict' },
  no_empty_content: { emptyContent: 'empty' },
  content_not_null: {},
  reasoning_back_on_calls: {},
  reasoning_back_on_all: { reasoningBack: 'reasoning_content', reasoningWhen: 'calls' },
  no_reasoning: { reasoningBack: 'reasoning_content', reasoningWhen: 'all', reasoningEmpty: true },
  signature_back: {},
  tools_only_on_responses: {},
  one_call_an_answer: {},
  api_key_header: {},
  most_tokens_as_completion: { maxTokens: 'max_tokens' },
  no_temperature: {},
  no_stream_options: {},
  no_system_role: {},
};

/** Rules whose words name the field only beside them, in forms that have a place for it. */
export const NAMED_BESIDE: ReadonlySet<RuleName> = new Set(['no_strict', 'no_stream_options']);
