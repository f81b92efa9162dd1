/** Which acts a Work's agents may do by themselves (H2). */
import { z } from 'zod';
import { DECISIONS, type Policy } from '../domain/policy.ts';

const MOST_ALLOWED_TOOLS = 500;

const decision = z.enum(DECISIONS).optional();

export const policy = z
  .object({
    code: decision.meta({ description: 'running code' }),
    mcp: decision.meta({ description: 'calling a tool of an MCP server' }),
    tools: z.array(z.string().max(128)).max(MOST_ALLOWED_TOOLS).optional().meta({
      description:
        "tools of servers that are allowed although their person, or the operator, has them asked about: the server's id, or `operator`, a colon and the tool's name",
    }),
  })
  .meta({ id: 'Policy', description: 'a kind that is absent is allowed' }) satisfies z.ZodType<Policy>;
