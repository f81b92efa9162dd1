/** Servers that speak the API, by name, so that nobody has to know their addresses (V49). Pure. */
export interface ModelServer {
  name: string;
  baseUrl: string;
  /** It runs on a machine of one's own and wants no key, as a rule. */
  own?: true;
}

export const MODEL_SERVERS: readonly ModelServer[] = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
  { name: 'Anthropic', baseUrl: 'https://api.anthropic.com/v1' },
  { name: 'Google Gemini', baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  { name: 'DeepSeek', baseUrl: 'https://api.deepseek.com/v1' },
  { name: 'Qwen', baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1' },
  { name: 'Kimi', baseUrl: 'https://api.moonshot.ai/v1' },
  { name: 'GLM', baseUrl: 'https://open.bigmodel.cn/api/paas/v4' },
  { name: 'Mistral', baseUrl: 'https://api.mistral.ai/v1' },
  { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', own: true },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', own: true },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', own: true },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1', own: true },
];

/** Which of them an address is; a slash at its end is none of its own. */
export function serverOf(address: string): ModelServer | undefined {
  const wanted = address.trim().replace(/\/+$/, '');
  return MODEL_SERVERS.find(({ baseUrl }) => baseUrl === wanted);
}
