/** REST bodies of the servers whose tools a person connects (I6). */
import { z } from 'zod';
import { SERVER_NAME } from '../domain/offered-tools.ts';
import {
  MAX_BLOCKED_TOOLS,
  MAX_TOOL_NAME_CHARACTERS,
  MAX_TOOL_SERVER_TOKEN_CHARACTERS,
  MAX_TOOL_SERVER_URL_CHARACTERS,
} from './limits.ts';
import { isoTime, uuid } from './messages.ts';

export const newToolServer = z.object({
  name: z
    .string()
    .max(24)
    .regex(SERVER_NAME, 'must be up to 24 small letters, digits and hyphens, and begin with a letter')
    .meta({ description: 'stands in the names of its tools' }),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://example.com/mcp' })
    .max(MAX_TOOL_SERVER_URL_CHARACTERS)
    .meta({ description: 'https; MCP over Streamable HTTP' }),
  token: z
    .string()
    .max(MAX_TOOL_SERVER_TOKEN_CHARACTERS)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII')
    .optional()
    .meta({ description: 'sent as a bearer token; goes in and never comes out' }),
});

const toolNames = z.array(z.string().min(1).max(MAX_TOOL_NAME_CHARACTERS)).max(MAX_BLOCKED_TOOLS);

export const toolServerChange = z.object({
  blocked: toolNames.optional().meta({ description: 'names of its tools that no model is told of' }),
  asked: toolNames
    .optional()
    .meta({ description: "those that a Work's person is asked about before each call" }),
});

const leftOut = z
  .array(z.object({ tool: z.string(), why: z.enum(['schema', 'large', 'name', 'many']) }))
  .meta({ description: 'tools that are not offered' });

export const toolServer = z
  .object({
    id: uuid,
    name: z.string(),
    url: z.string(),
    hasToken: z.boolean(),
    lookedAt: isoTime,
    tools: z.array(
      z.object({
        tool: z.string(),
        description: z.string(),
        blocked: z.boolean(),
        asked: z.boolean(),
        repeatable: z.boolean(),
      }),
    ),
    leftOut,
  })
  .meta({ id: 'ToolServer' });

export const operatorToolServer = z
  .object({
    name: z.string(),
    lookedAt: isoTime,
    tools: z.array(
      z.object({ tool: z.string(), description: z.string(), asked: z.boolean(), repeatable: z.boolean() }),
    ),
    leftOut,
  })
  .meta({ id: 'OperatorToolServer' });

export const toolServers = z
  .object({
    items: z.array(toolServer),
    operator: z.array(operatorToolServer).meta({ description: 'for everybody, set up by the operator' }),
  })
  .meta({ id: 'ToolServers' });
