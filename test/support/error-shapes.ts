/** The shape that errors have, which is each interface's own. */
import { z } from 'zod';
import { errorBody } from '../../src/protocol/errors.ts';

const openAI = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

const runError = z.strictObject({
  type: z.literal('RUN_ERROR'),
  message: z.string().min(1),
  code: z.string(),
});

const rpcError = z.object({
  jsonrpc: z.literal('2.0'),
  error: z.object({ code: z.number().int(), message: z.string().min(1) }),
});

/** Reads what a route answered with where it failed. @throws where it has not the shape of that interface's errors */
export function readError(path: string, text: string): unknown {
  if (path.startsWith('/v1/')) return openAI.parse(JSON.parse(text));
  // The AI SDK shows a body as it is: a sentence, neither JSON nor a page.
  if (path.startsWith('/ai-sdk/'))
    return z
      .string()
      .regex(/^[^{[<\s]/)
      .parse(text);
  if (path.startsWith('/ag-ui')) return runError.parse(JSON.parse(text.replace(/^data: /, '')));
  if (path === '/mcp') return rpcError.parse(JSON.parse(text));
  return errorBody.parse(JSON.parse(text));
}
