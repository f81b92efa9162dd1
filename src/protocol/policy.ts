/** Which acts a Work's agents may do by themselves (H2). */
import { z } from 'zod';
import { DECISIONS, type Policy } from '../domain/policy.ts';

const decision = z.enum(DECISIONS).optional();

export const policy = z
  .object({
    code: decision.meta({ description: 'running code' }),
    mcp: decision.meta({ description: 'calling a tool of an MCP server' }),
  })
  .meta({ id: 'Policy', description: 'a kind that is absent is allowed' }) satisfies z.ZodType<Policy>;
