/** Strict servers: what each vendor, proxy or engine refuses together, in whose form, and how it answers. Data. */
import type { RuleName, Words } from './rules.ts';

/** How a server dresses its words. */
export type ErrorForm = 'openai' | 'mistral' | 'google' | 'azure' | 'vllm' | 'llama' | 'litellm' | 'plain';

export interface Habits {
  /** Where reasoning stands in an answer. */
  reasoning?: 'reasoning_content' | 'reasoning' | 'parts' | 'think' | 'details';
  signatures?: boolean;
  /** A call comes as one piece, without an index. */
  wholeCalls?: boolean;
  /** The reason for a call's end is `stop`. */
  stopsAfterCalls?: boolean;
  /** Comments before and between the events. */
  comments?: boolean;
  /** Usage and the reason stand in one chunk. */
  usageWithReason?: boolean;
  /** What an answer may have where the request does not say, in tokens. */
  defaultMost?: number;
}

export interface StrictServer {
  name: string;
  /** The base URL as people enter it. */
  at: string;
  model: string;
  refuses: readonly RuleName[];
  form: ErrorForm;
  habits: Habits;
  /** Most tokens of one answer, where the model is known. */
  maxOutput?: number;
  temperature?: number;
}

const ORDER = ['no_user_after_tool', 'last_user_or_tool', 'system_first_only'] as const;

export const STRICT_SERVERS: readonly StrictServer[] = [
  {
    name: 'OpenAI, newest',
    at: 'https://api.openai.com/v1',
    model: 'gpt-5.6',
    refuses: ['tools_only_on_responses', 'no_temperature', 'most_tokens_as_completion', 'strict_schemas'],
    form: 'openai',
    habits: {},
    maxOutput: 128_000,
    temperature: 0.2,
  },
  {
    name: 'OpenAI, chat completions',
    at: 'https://api.openai.com/v1',
    model: 'gpt-4.1',
    refuses: ['strict_schemas', 'unique_ids'],
    form: 'openai',
    habits: {},
    maxOutput: 32_768,
  },
  {
    name: 'Azure OpenAI',
    at: 'https://paper.openai.azure.com/openai/deployments/gpt-4o',
    model: 'gpt-4o',
    refuses: ['api_key_header', 'strict_schemas'],
    form: 'azure',
    habits: {},
  },
  {
    name: 'DeepSeek V3.2',
    at: 'https://api.deepseek.com/v1',
    model: 'deepseek-reasoner',
    refuses: ['reasoning_back_on_calls'],
    form: 'openai',
    habits: { reasoning: 'reasoning_content', usageWithReason: true },
    maxOutput: 64_000,
  },
  {
    name: 'DeepSeek V4',
    at: 'https://api.deepseek.com/v1',
    model: 'deepseek-v4-pro',
    refuses: ['reasoning_back_on_all', 'no_strict'],
    form: 'openai',
    habits: { reasoning: 'reasoning_content', usageWithReason: true },
    maxOutput: 384_000,
  },
  {
    name: 'Kimi K2.6',
    at: 'https://api.moonshot.ai/v1',
    model: 'kimi-k2.6',
    refuses: ['reasoning_back_on_calls', 'no_empty_content'],
    form: 'openai',
    habits: { reasoning: 'reasoning_content' },
    maxOutput: 32_768,
  },
  {
    name: 'Kimi K2 on a server of one’s own',
    at: 'http://127.0.0.1:8000/v1',
    model: 'moonshotai/Kimi-K2-Thinking',
    refuses: ['functions_ids'],
    form: 'vllm',
    habits: { reasoning: 'reasoning' },
  },
  {
    name: 'Mistral',
    at: 'https://api.mistral.ai/v1',
    model: 'magistral-medium-latest',
    refuses: ['mistral_ids', ...ORDER, 'no_repeated_user', 'no_strict', 'no_stream_options'],
    form: 'mistral',
    habits: { reasoning: 'parts', usageWithReason: true },
    maxOutput: 40_000,
  },
  {
    name: 'Gemini 3',
    at: 'https://generativelanguage.googleapis.com/v1beta/openai',
    model: 'gemini-3-pro-preview',
    refuses: ['signature_back', 'no_type_lists', 'no_additional_properties', 'no_strict'],
    form: 'google',
    habits: { signatures: true, wholeCalls: true, stopsAfterCalls: true, usageWithReason: true },
    maxOutput: 65_536,
  },
  {
    name: 'Groq',
    at: 'https://api.groq.com/openai/v1',
    model: 'openai/gpt-oss-120b',
    refuses: ['no_reasoning', 'no_type_lists'],
    form: 'openai',
    habits: { reasoning: 'reasoning', wholeCalls: true },
  },
  {
    name: 'DeepSeek’s model at Cerebras',
    at: 'https://api.cerebras.ai/v1',
    model: 'deepseek-r1-distill-llama-70b',
    refuses: ['no_reasoning', 'no_strict'],
    form: 'openai',
    habits: { reasoning: 'reasoning' },
  },
  {
    name: 'Claude behind a proxy',
    at: 'https://proxy.example.com/v1',
    model: 'claude-sonnet-4-6',
    refuses: ['no_empty_content', 'unique_ids', 'no_repeated_user', 'no_type_lists'],
    form: 'litellm',
    habits: { defaultMost: 4_096 },
    maxOutput: 64_000,
  },
  {
    name: 'OpenRouter',
    at: 'https://openrouter.ai/api/v1',
    model: 'z-ai/glm-4.7',
    refuses: ['no_repeated_user', 'no_strict'],
    form: 'openai',
    habits: { reasoning: 'details', comments: true },
  },
  {
    name: 'MiniMax',
    at: 'https://api.minimax.io/v1',
    model: 'MiniMax-M2.7',
    refuses: ['thinking_in_content', 'no_repeated_user'],
    form: 'openai',
    habits: { reasoning: 'think' },
  },
  {
    name: 'vLLM, template of Llama 3',
    at: 'http://127.0.0.1:8000/v1',
    model: 'meta-llama/Llama-3.3-70B-Instruct',
    refuses: ['one_call_an_answer', 'no_repeated_user', 'system_first_only', 'no_type_lists'],
    form: 'vllm',
    habits: { wholeCalls: true },
  },
  {
    name: 'vLLM, tokenizer of Mistral',
    at: 'http://127.0.0.1:8000/v1',
    model: 'mistralai/Mistral-Small-4-119B-2603',
    refuses: ['mistral_ids', ...ORDER, 'no_repeated_user'],
    form: 'vllm',
    habits: {},
  },
  {
    name: 'llama.cpp, template of Qwen 3.5',
    at: 'http://127.0.0.1:8080/v1',
    model: 'qwen3.5-27b',
    refuses: ['system_first_only', 'no_repeated_user'],
    form: 'llama',
    habits: { reasoning: 'reasoning_content' },
  },
  {
    name: 'llama.cpp, template without a system role',
    at: 'http://127.0.0.1:8080/v1',
    model: 'gemma-2-27b-it',
    refuses: ['no_system_role', 'no_repeated_user'],
    form: 'llama',
    habits: {},
  },
  {
    name: 'Ollama',
    at: 'http://127.0.0.1:11434/v1',
    model: 'qwen3:32b',
    refuses: ['content_not_null'],
    form: 'openai',
    habits: { reasoning: 'reasoning', wholeCalls: true },
  },
  {
    name: 'A server that knows no strict',
    at: 'https://models.example.com/v1',
    model: 'solar-pro3',
    refuses: ['no_strict', 'no_additional_properties', 'content_not_null'],
    form: 'plain',
    habits: {},
  },
];

/** The refusal as this server sends it. */
export function refusalOf(
  { form }: Pick<StrictServer, 'form'>,
  { message, status = 400, type = 'invalid_request_error', code, param }: Words,
): { status: number; body: unknown } {
  const openai = { error: { message, type, param: param ?? null, code: code ?? null } };
  switch (form) {
    case 'openai':
      return { status, body: openai };
    case 'mistral':
      return param === undefined
        ? { status, body: { object: 'error', message, type, param: null, code: code ?? null } }
        : {
            status: 422,
            body: {
              object: 'error',
              message: { detail: [{ type: 'extra_forbidden', loc: ['body', param], msg: message }] },
              type,
              code: '3001',
            },
          };
    case 'google':
      return { status, body: [{ error: { code: status, message, status: 'INVALID_ARGUMENT' } }] };
    case 'azure':
      return { status, body: status === 401 ? { statusCode: 401, message } : openai };
    case 'vllm':
      return { status, body: { error: { message, type: 'BadRequestError', param: null, code: status } } };
    case 'llama':
      return {
        status: 500,
        body: {
          error: {
            code: 500,
            message: `\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n...first %}↵            {{- raise_exception('${message.slice(0, 30)}...\nError: Jinja Exception: ${message}`,
            type: 'server_error',
          },
        },
      };
    case 'litellm': {
      const inner = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });
      return {
        status,
        body: {
          error: {
            message: `litellm.BadRequestError: AnthropicException - ${inner}`,
            type: null,
            param: null,
            code: String(status),
          },
        },
      };
    }
    case 'plain':
      return {
        status,
        body: { code: 20015, message: param === undefined ? message : `${param}: ${message}`, data: null },
      };
  }
}
