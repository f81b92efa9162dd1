/**
 * A question of a Work put to the client's person by MCP's elicitation (H1): a tool's result asks for it, and the client
 * makes the call again with the answer. Only where the client says with its request that it can; nothing is kept between.
 */
import type {
  CallToolResult,
  ClientCapabilities,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Ask } from '../../domain/asks.ts';
import { answerBody } from '../../protocol/asks.ts';
import { questionText } from '../conversation/answer-ending.ts';

export type McpSdk = typeof import('@modelcontextprotocol/server');
export type ToolResult = CallToolResult | InputRequiredResult;

const accepted = answerBody.required({ text: true });

/** What a person was asked, and answered, before this call was made again; null: they would not. */
export function elicited(
  { inputResponse }: McpSdk,
  { mcpReq }: ServerContext,
): { askId: string; answer: z.infer<typeof accepted> | null } | undefined {
  const [key] = Object.keys(mcpReq.inputResponses ?? {});
  const askId = z.uuid().safeParse(key);
  if (key === undefined || !askId.success) return undefined;
  const given = inputResponse(mcpReq.inputResponses, key);
  const answer =
    given.kind === 'elicit' && given.action === 'accept' ? accepted.safeParse(given.content) : undefined;
  return { askId: askId.data, answer: answer?.data ?? null };
}

/** What a request says of its client; the SDK's type of it names no keys. */
type Envelope = Record<string, ClientCapabilities | undefined>;

/** Whether the client of this request puts forms to its person. */
export function canElicit({ CLIENT_CAPABILITIES_META_KEY }: McpSdk, { mcpReq }: ServerContext): boolean {
  const { elicitation } = (mcpReq.envelope as Envelope | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  // One that names no mode takes forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** The result that has the client ask. */
export function elicit({ inputRequired }: McpSdk, ask: Ask): InputRequiredResult {
  const { askId, question, options, default: fallback, act } = ask;
  return inputRequired({
    inputRequests: {
      [askId]: inputRequired.elicit({
        message: act === undefined ? question : questionText(ask),
        requestedSchema: {
          type: 'object',
          properties: {
            text: {
              type: 'string',
              minLength: 1,
              ...(options?.length ? { description: `${options.join(' / ')}, or other words` } : {}),
              ...(fallback === undefined ? {} : { default: fallback }),
            },
          },
          required: ['text'],
        },
      }),
    },
  });
}
