/**
 * OpenTelemetry's own attributes of what models and agents do (`gen_ai.*`), beside ours: labels and counts. The
 * conventions' attributes for content are never set (R1, A5).
 */
import type { SpanAttributes } from './spans.ts';

/** Hosts of providers that the conventions have a name for; any other is called by its host. */
const PROVIDERS: Record<string, string> = {
  'api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'api.deepseek.com': 'deepseek',
  'api.groq.com': 'groq',
  'api.mistral.ai': 'mistral_ai',
  'api.perplexity.ai': 'perplexity',
  'api.x.ai': 'x_ai',
  'generativelanguage.googleapis.com': 'gcp.gemini',
};

/** For a model that a person has set up: which it is, and where, is theirs. */
const UNTOLD = '_OTHER';

interface Used {
  inputTokens: number;
  outputTokens: number;
  cachedTokens?: number;
  reasoningTokens?: number;
}

/** @param served undefined for a person's own model */
export function ofModelCall(
  usage: Used | undefined,
  served: { model: string; host: string } | undefined,
): SpanAttributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': served === undefined ? UNTOLD : (PROVIDERS[served.host] ?? served.host),
    ...(served && { 'gen_ai.request.model': served.model }),
    ...(usage && {
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
    }),
    ...(usage?.cachedTokens !== undefined && { 'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens }),
    ...(usage?.reasoningTokens !== undefined && {
      'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    }),
  };
}

export function ofAgent(name: 'main' | 'code'): SpanAttributes {
  return { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name };
}

export function ofTool(name: string, callId: string): SpanAttributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.call.id': callId,
  };
}

/** A conversation is a Work. */
export function ofConversation(workId: string): SpanAttributes {
  return { 'gen_ai.conversation.id': workId };
}
